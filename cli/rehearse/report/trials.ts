import { html, number, plural, type Html } from "../../plan/report/html";
import type { Judgement } from "../../../infra/gates/gates";
import { proof } from "../../../infra/gates/sequential";
import type { Look, Rehearsal, Trial } from "../result";
import { latencyEdges } from "../trial";
import { linear, logarithmic, percent, px, short } from "./scale";

const size = { width: 360, height: 170, left: 40, right: 350, top: 12, bottom: 142 };

/**
 * One challenger's trial: traffic, the gate that decided, latency, and every gate at the last look.
 */
export function trialSection(trial: Trial, { limits }: Rehearsal): Html {
  const last = trial.looks[trial.looks.length - 1];
  if (!last) return html``;
  const { action, reason, judgements } = last.verdict;
  const tone = action === "promote" ? "good" : action === "roll back" ? "bad" : "warn";
  const decisive =
    judgements.find(({ verdict }) => verdict === "shown to fail") ??
    judgements.find(({ mustHold }) => mustHold);
  return html`<article class="trial"><header><h4>${trial.name}</h4><span class="badge ${tone}">${action === "promote" ? "promoted" : action === "roll back" ? "rolled back" : "paused"}</span><p>${trial.champion} against ${trial.challenger}, ${plural(trial.looks.length, "look")}, ${trial.seconds.toFixed(1)} s</p></header>
${faultNote(trial, last)}
<div class="plots">${split(trial)}${decisive && sequence(trial, decisive)}${latency(trial, limits.latencyMilliseconds)}</div>
${judgementTable(judgements)}<p class="reason">${reason}</p></article>`;
}

function faultNote({ fault, affected, after }: Trial, { challenger }: Look): Html | false {
  if (!fault) return false;
  const what =
    fault.kind === "delay"
      ? `delays ${percent(fault.share, 0)} of the challenger's requests by ${fault.milliseconds} ms`
      : `answers ${percent(fault.share, 0)} of the challenger's requests with ${fault.status}`;
  return html`<p class="fault"><b>${plural(affected, "request")} affected</b> of ${number(challenger.predictions)} that the challenger got. The fault is injected by the router that stands for the mesh, which ${what}; the server and the model are those in use.${after && html` After the rollback: ${plural(after.requests, "request")}, ${after.challenger} to the challenger, ${after.errors} failed.`}</p>`;
}

/** Requests of each look by version, and those after a rollback. */
function split(trial: Trial): Html {
  const steps = trial.looks.map((look, i) => {
    const before = trial.looks[i - 1];
    return {
      name: String(i + 1),
      champion: look.champion.predictions - (before?.champion.predictions ?? 0),
      challenger: look.challenger.predictions - (before?.challenger.predictions ?? 0),
    };
  });
  if (trial.after)
    steps.push({
      name: "after",
      champion: trial.after.requests - trial.after.challenger,
      challenger: trial.after.challenger,
    });
  const most = Math.max(...steps.map((step) => step.champion + step.challenger));
  const y = linear(0, most, size.bottom, size.top, 3);
  const width = (size.right - size.left) / Math.max(6, steps.length);
  const bars = steps.map((step, i) => {
    const [x, wide] = [size.left + i * width + width * 0.14, width * 0.72];
    return html`<rect class="arm-champion" x="${px(x)}" width="${px(wide)}" y="${px(y(step.champion))}" height="${px(size.bottom - y(step.champion))}"/><rect class="arm-challenger" x="${px(x)}" width="${px(wide)}" y="${px(y(step.champion + step.challenger))}" height="${px(y(step.champion) - y(step.champion + step.challenger))}"/>${(steps.length < 12 || i % 2 === 0 || step.name === "after") && html`<text x="${px(x + wide / 2)}" y="${size.bottom + 15}" text-anchor="middle">${step.name}</text>`}`;
  });
  return plot(
    "Requests by look",
    html`${grid(y, (value) => number(value))}${bars}`,
    html`<i class="swatch arm-champion"></i>champion <i class="swatch arm-challenger"></i>challenger, ${percent(trial.share, 0)} of the subjects`,
  );
}

/** The decisive gate at every look: the evidence against the challenger, which holds at all looks. */
function sequence(trial: Trial, { gate, refusedFrom, mustHold }: Judgement): Html {
  const looks = trial.looks.map(({ verdict }) =>
    verdict.judgements.find((judgement) => judgement.gate === gate),
  );
  const known = looks.flatMap((judgement, look) =>
    Number.isFinite(judgement?.evidence)
      ? [{ look, evidence: judgement?.evidence ?? 0, tone: toneOf(judgement) }]
      : [],
  );
  const limits = mustHold ? [proof, refusedFrom] : [refusedFrom];
  const all = [0, ...limits, ...known.map(({ evidence }) => evidence)];
  const y = linear(Math.min(...all) - 1, Math.max(...all) + 1, size.bottom, size.top, 4);
  const x = (look: number) =>
    size.left + ((look + 0.5) * (size.right - size.left)) / Math.max(6, looks.length);
  const marks = known.map(
    ({ look, evidence, tone }) =>
      html`<line class="whisker ${tone}" x1="${px(x(look))}" x2="${px(x(look))}" y1="${px(y(0))}" y2="${px(y(evidence))}"/><circle class="point ${tone}" cx="${px(x(look))}" cy="${px(y(evidence))}" r="3.5"/><text x="${px(x(look))}" y="${size.bottom + 15}" text-anchor="middle">${look + 1}</text>`,
  );
  const lines = limits.map(
    (limit) =>
      html`<line class="bound" x1="${size.left}" x2="${size.right}" y1="${px(y(limit))}" y2="${px(y(limit))}"/><text class="bound-text" x="${size.right}" y="${px(y(limit) - 5)}" text-anchor="end">${limit === refusedFrom ? "fails from" : "holds up to"} ${short(limit)}</text>`,
  );
  return plot(
    capital(gate),
    html`${grid(y, short)}${lines}${marks}`,
    html`evidence against the challenger at each look`,
  );
}

/** Class of a verdict in the style sheet. */
function toneOf(judgement: Judgement | undefined): "holds" | "fails" | "open" {
  if (judgement?.verdict === "shown to fail") return "fails";
  return judgement?.verdict === "shown to hold" ? "holds" : "open";
}

/** Latencies of both versions as their callers saw them. */
function latency({ latency: { champion, challenger } }: Trial, objective: number): Html {
  const edges = [...latencyEdges, latencyEdges[latencyEdges.length - 1] ?? 1];
  const x = logarithmic(0.1, 631, size.left, size.right);
  const shares = [champion, challenger].map(({ histogram }) =>
    histogram.map(
      (count) =>
        count /
        Math.max(
          1,
          histogram.reduce((sum, one) => sum + one, 0),
        ),
    ),
  );
  const y = linear(0, Math.max(0.1, ...shares.flat()), size.bottom, size.top, 3);
  const path = (list: readonly number[]) =>
    `M${size.left} ${size.bottom}${list.map((share, i) => `L${px(x(edges[i - 1] ?? 0.1))} ${px(y(share))}L${px(x(edges[i] ?? 631))} ${px(y(share))}`).join("")}L${size.right} ${size.bottom}z`;
  const line = html`<line class="bound" x1="${px(x(objective))}" x2="${px(x(objective))}" y1="${size.top}" y2="${size.bottom}"/><text class="bound-text" x="${px(x(objective) - 5)}" y="${size.top + 9}" text-anchor="end">objective ${objective} ms</text>`;
  const ticks = x.ticks.map(
    (tick) =>
      html`<text x="${px(x(tick))}" y="${size.bottom + 15}" text-anchor="middle">${tick}</text>`,
  );
  return plot(
    "Latency in milliseconds",
    html`${grid(y, (value) => percent(value, 0))}<path class="area-champion" d="${path(shares[0] ?? [])}"/><path class="area-challenger" d="${path(shares[1] ?? [])}"/>${line}${ticks}`,
    html`<i class="swatch arm-champion"></i>p50 ${short(champion.p50)}, p99 ${short(champion.p99)} <i class="swatch arm-challenger"></i>p50 ${short(challenger.p50)}, p99 ${short(challenger.p99)}`,
  );
}

function plot(title: string, drawing: Html, caption: Html): Html {
  return html`<figure class="plot"><h5>${title}</h5><svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}">${drawing}</svg><figcaption>${caption}</figcaption></figure>`;
}

function grid(y: ReturnType<typeof linear>, text: (value: number) => string): Html[] {
  return y.ticks.map(
    (tick) =>
      html`<line class="grid" x1="${size.left}" x2="${size.right}" y1="${px(y(tick))}" y2="${px(y(tick))}"/><text x="${size.left - 6}" y="${px(y(tick) + 3.5)}" text-anchor="end">${text(tick)}</text>`,
  );
}

/** Every gate at the last look: its value and its evidence, between proof and refusal. */
function judgementTable(judgements: readonly Judgement[]): Html {
  const rows = judgements.map((judgement) => {
    const { gate, compares, bound, value, evidence, refusedFrom, mustHold, verdict } = judgement;
    const limit = "min" in bound ? `≥ ${short(bound.min)}` : `≤ ${short(bound.max)}`;
    const from = mustHold ? Math.min(proof, evidence ?? 0) : Math.min(0, evidence ?? 0);
    const x = linear(from - 0.5, Math.max(refusedFrom, evidence ?? 0) + 0.5, 4, 196);
    const limits = mustHold ? [proof, refusedFrom] : [refusedFrom];
    const tone = toneOf(judgement);
    return html`<tr><th scope="row">${gate} <em>${compares}${mustHold && "; must be shown to hold"}</em></th><td>${limit}</td><td>${short(value)}</td><td class="interval">${evidence === undefined ? "none yet" : short(evidence)}</td><td><svg viewBox="0 0 200 16" aria-hidden="true">${limits.map((line) => html`<line class="bound" x1="${px(x(line))}" x2="${px(x(line))}" y1="0" y2="16"/>`)}${Number.isFinite(evidence) && html`<line class="whisker ${tone}" x1="${px(x(0))}" x2="${px(x(evidence ?? 0))}" y1="8" y2="8"/><circle class="point ${tone}" cx="${px(x(evidence ?? 0))}" cy="8" r="3.5"/>`}</svg></td><td class="state-${tone}">${verdict}</td></tr>`;
  });
  return html`<table class="forest"><thead><tr><th scope="col">Gate at the last look</th><th scope="col">Fine</th><th scope="col">Value</th><th scope="col">Evidence against</th><th scope="col" aria-label="drawing"></th><th scope="col">Verdict</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
