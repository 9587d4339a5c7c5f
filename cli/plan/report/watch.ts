import type { StackPlan } from "../plan";
import { watchesOf, type Watch, type WatchGroup } from "../watch";
import { html, plural, type Html } from "./html";

/** Parts of the way a model is watched, each with an anchor that its release links to. */
const parts = ["rules", "alerts", "dashboards", "gates"] as const;
type Part = (typeof parts)[number];

function anchor(stack: string, model: string, part: Part): string {
  return `${stack}-${model}-${part}`;
}

/** Links from a model's release to how it is watched. */
export function watchLinks(stack: string, model: string): Html {
  return html`<p class="watch-links">${parts.map((part) => html`<a href="#${anchor(stack, model, part)}">${part}</a> `)}</p>`;
}

/** Rules, alerts, dashboards and gates of each model of a stack. */
export function watch({ stack, config, resources }: StackPlan): Html {
  const watchOf = watchesOf(resources);
  return html`${config.models.map(({ name }) => modelWatch(stack, name, watchOf(name)))}`;
}

function modelWatch(stack: string, model: string, { groups, dashboards, gates }: Watch): Html {
  const alerts = groups.flatMap((group) => group.alerts);
  const block = (part: Part, count: string, content: Html) =>
    html`<details class="framework" id="${anchor(stack, model, part)}"><summary><b>${model}: ${part}</b> <span class="count">${count}</span></summary>${content}</details>`;
  return html`${block("rules", `${plural(new Set(groups.flatMap(({ records }) => records)).size, "recorded series", "recorded series")} in ${plural(groups.length, "group")}`, rulesTable(groups))}
${block("alerts", plural(alerts.length, "alert"), html`<div class="scroll"><table class="watch"><thead><tr><th scope="col">Alert</th><th scope="col">Severity</th><th scope="col">What to do</th></tr></thead><tbody>${alerts.map(({ name, severity, runbook }) => html`<tr><th scope="row">${name}</th><td>${severity}</td><td><code>${runbook}</code></td></tr>`)}</tbody></table></div>`)}
${block("dashboards", plural(dashboards.length, "dashboard"), html`${dashboards.map(({ title, path, panels }) => html`<p><b>${title}</b>, <code>${path}</code> below Grafana's address: ${panels.join(", ")}.</p>`)}`)}
${block("gates", plural(gates.length, "analysis", "analyses"), html`<ul>${gates.map(({ name, questions }) => html`<li><code>${name}</code>: ${questions.join(", ")}</li>`)}</ul>`)}`;
}

function rulesTable(groups: readonly WatchGroup[]): Html {
  return html`<div class="scroll"><table class="watch"><thead><tr><th scope="col">Group</th><th scope="col">Every</th><th scope="col">Records</th></tr></thead><tbody>${groups.map(({ name, interval, records }) => html`<tr><th scope="row">${name}</th><td>${interval}</td><td>${records.map((record) => html`<code>${record}</code> `)}</td></tr>`)}</tbody></table></div>`;
}
