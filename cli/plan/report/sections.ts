import type { RecoveryFigures, PlannedRelease } from "../figures";
import { trialText } from "../summary";
import { createdIn, areaTable } from "../table";
import { isClean, type StackPlan } from "../plan";
import { dollars, html, number, plural, type Html } from "./html";
import { watchLinks } from "./watch";

/** Verdict, one sentence, and the figures that decide. */
export function headline(plan: StackPlan): Html {
  const { rules, violations } = plan.judgement;
  const active = rules.filter((rule) => rule.enforcement !== "disabled").length;
  const mandatory = violations.filter((violation) => violation.enforcement === "mandatory").length;
  const advisory = violations.length - mandatory;
  const clean = isClean(plan);
  const regions = plan.config.regions.map((region) => region.name);
  return html`<header class="headline">
<p class="verdict ${clean ? "clean" : "refused"}">${clean ? "Clean" : "Refused"}</p>
<h2>${plan.stack}</h2>
<p class="lead">${plural(createdIn(plan).length, "resource")} in ${regions.join(" and ")}, serving ${plan.config.models.map((model) => model.name).join(", ") || "no model"}. ${clean ? "Nothing mandatory is broken" : `${plural(mandatory, "mandatory finding")} must be repaired before an update`}${advisory > 0 ? `; ${plural(advisory, "advisory finding")} to look at.` : "."}</p>
</header>
<dl class="tiles">
${tile("Resources", number(createdIn(plan).length), `${plural(plan.resources.filter((resource) => !resource.custom).length, "component")}, ${plural(plan.config.regions.length, "region")}`)}
${tile("Policies", `${active - new Set(violations.map((violation) => violation.rule)).size} / ${active}`, `rules without a finding${mandatory + advisory === 0 ? "" : `; ${[mandatory > 0 && `${mandatory} mandatory`, advisory > 0 && `${advisory} advisory`].filter(Boolean).join(", ")}`}`)}
${plan.recovery && tile("Recovery", duration(plan.recovery.totalSeconds), `of ${duration(plan.recovery.objectiveSeconds)} allowed`, plan.recovery.totalSeconds / plan.recovery.objectiveSeconds)}
${plan.cost.total > 0 && tile("Estimated cost", dollars(plan.cost.total), plan.config.monthlyBudgetUsd === undefined ? "a month" : `a month, of ${dollars(plan.config.monthlyBudgetUsd)}`, plan.config.monthlyBudgetUsd === undefined ? undefined : plan.cost.total / plan.config.monthlyBudgetUsd)}
</dl>`;
}

function tile(name: string, value: string, note: string, share?: number): Html {
  const filled = share === undefined ? undefined : Math.min(100, share * 100).toFixed(1);
  return html`<div class="tile"><dt>${name}</dt><dd><strong>${value}</strong><span>${note}</span>${filled !== undefined && html`<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="4"/><rect class="${(share ?? 0) > 1 ? "over" : "fill"}" width="${filled}" height="4"/></svg>`}</dd></div>`;
}

/** `2 min 16 s`. */
export function duration(total: number): string {
  const [minutes, rest] = [Math.floor(total / 60), total % 60];
  return [minutes > 0 && `${minutes} min`, (rest > 0 || minutes === 0) && `${rest} s`]
    .filter(Boolean)
    .join(" ");
}

/** Resources by area and region, shaded by number. */
export function areas(plan: StackPlan): Html {
  const { regions, rows, totals, total } = areaTable(plan);
  const most = Math.max(1, ...rows.flatMap((row) => row.counts));
  return html`<table class="numbers heat"><thead><tr><th scope="col">Area</th>${regions.map((region) => html`<th scope="col">${region}</th>`)}<th scope="col">Total</th></tr></thead>
<tbody>${rows.map((row) => html`<tr><th scope="row">${row.area}</th>${row.counts.map((count) => html`<td style="--share:${(count / most).toFixed(3)}" class="${count === 0 ? "none" : "some"}">${count === 0 ? "·" : count}</td>`)}<td class="total">${row.total}</td></tr>`)}</tbody>
<tfoot><tr><th scope="row">Total</th>${totals.map((count) => html`<td>${count}</td>`)}<td class="total">${total}</td></tr></tfoot></table>`;
}

/** The recovery-time budget as one bar: parts one after the other, up to the objective. */
export function recovery({
  parts,
  totalSeconds,
  objectiveSeconds,
  pointObjectiveSeconds,
  failsOver,
  loss,
}: RecoveryFigures): Html {
  const scale = 1000 / Math.max(totalSeconds, objectiveSeconds);
  let start = 0;
  const bars = parts.map((part, i) => {
    const x = start * scale;
    start += part.seconds;
    return html`<rect class="part-${i + 1}" x="${x.toFixed(1)}" y="0" width="${Math.max(0, part.seconds * scale - 2).toFixed(1)}" height="34" rx="3"><title>${part.name}: ${part.seconds} s. ${part.reason}</title></rect>`;
  });
  const goal = objectiveSeconds * scale;
  return html`<figure class="recovery"><svg viewBox="0 0 1000 62" role="img" aria-label="${duration(totalSeconds)} of ${duration(objectiveSeconds)}: ${parts.map((part) => `${part.name} ${part.seconds} seconds`).join(", ")}">
<rect class="track" x="0" y="0" width="${goal.toFixed(1)}" height="34" rx="3"/>${bars}
<line class="goal" x1="${(goal - 1).toFixed(1)}" x2="${(goal - 1).toFixed(1)}" y1="-4" y2="42"/><text x="${(goal - 6).toFixed(1)}" y="57" text-anchor="end">objective ${duration(objectiveSeconds)}</text><text x="${(totalSeconds * scale - 4).toFixed(1)}" y="57" text-anchor="end">${Math.abs(goal - totalSeconds * scale) > 320 ? `at most ${duration(totalSeconds)}` : ""}</text></svg>
<ol class="parts">${parts.map((part, i) => html`<li><i class="swatch part-${i + 1}"></i><b>${part.name}</b><span class="seconds">${part.seconds} s</span><span class="reason">${part.reason}</span></li>`)}</ol>
<figcaption>${failsOver ? `Longest time from the loss of a region until every caller is served by another: ${duration(totalSeconds)}, all parts one after the other.` : `One region: nothing to fail over to. With a second region the same timing would need ${duration(totalSeconds)}.`}</figcaption></figure>${failsOver && lossTable(loss, pointObjectiveSeconds)}`;
}

/** The simulated loss of each region: whether the others carry the load, and what may be lost. */
function lossTable(
  { losses, lostWritesSeconds }: RecoveryFigures["loss"],
  objective: number | undefined,
): Html {
  const rows = losses.flatMap(({ lost, by, recoverySeconds, takeovers }) =>
    takeovers.map(
      ({ model, load, capacity, standingReplicas, neededReplicas, bound }) =>
        html`<tr><th scope="row">${lost} <em>by ${by}</em></th><td>${model}</td><td>${number(load)}/s</td><td title="${bound}">${number(capacity)}/s</td><td>${standingReplicas} → ${neededReplicas}</td><td>${Number.isFinite(recoverySeconds) ? duration(recoverySeconds) : "never"}</td><td>${passed(load <= capacity)}</td></tr>`,
    ),
  );
  const writes =
    lostWritesSeconds === undefined || !Number.isFinite(lostWritesSeconds)
      ? "without limit"
      : `those of at most ${duration(lostWritesSeconds)}`;
  return html`<table class="gates"><caption>Loss of a region, simulated over the planned resources</caption><thead><tr><th scope="col">Lost</th><th scope="col">Model</th><th scope="col">Load</th><th scope="col">Room</th><th scope="col">Replicas</th><th scope="col">Served again</th><th scope="col">Carried</th></tr></thead><tbody>${rows}</tbody></table>
<p>Writes to buckets that may be lost with a region: ${writes}${objective !== undefined && `; ${duration(objective)} are allowed`}.</p>`;
}

/** What each model serves, and the evidence that came with it. */
export function releases({
  stack,
  releases: planned,
}: Pick<StackPlan, "stack" | "releases">): Html {
  return html`<div class="releases">${planned.map(
    ({
      contract,
      release,
      trial,
    }) => html`<article class="release"><header><h4>${contract.name}</h4><span class="badge ${release.published ? "good" : "warn"}">${release.published ? "published" : "not published"}</span></header>
<p>${contract.purpose}</p>${watchLinks(stack, contract.name)}
<dl><div><dt>Version</dt><dd>${release.version}</dd></div><div><dt>Risk tier</dt><dd>${contract.riskTier}</dd></div><div><dt>Owner</dt><dd>${contract.owner.team}</dd></div><div><dt>Channel</dt><dd>${contract.release.channel}</dd></div><div><dt>Created</dt><dd>${release.createdAt.slice(0, 10)}</dd></div><div><dt>Approvals</dt><dd>${release.approvals.length === 0 ? "none recorded" : release.approvals.map((approval) => approval.role).join(", ")}</dd></div></dl>
<p>On trial, ${trialText(trial)}.</p>
<table class="gates"><caption>Gates of the contract</caption><tbody>${contract.gates.performance.map((gate) => gateRow(gate, release))}${release.fairness.map((result) => html`<tr><th scope="row">${result.metric.replaceAll("-", " ")} <em>${result.attribute}</em></th><td>${measure(result.value)}</td><td class="interval">${measure(result.low)} – ${measure(result.high)}</td><td>${outcomeText(result.outcome)}</td></tr>`)}</tbody></table>
<p class="digest"><span>model</span> <code>${release.digests.model}</code></p><p class="digest"><span>image</span> <code>${release.image.digest}</code></p></article>`,
  )}</div>`;
}

function gateRow(
  gate: PlannedRelease["contract"]["gates"]["performance"][number],
  release: PlannedRelease["release"],
): Html {
  const measured = release.evaluation.metrics[gate.metric];
  const holds =
    measured &&
    measured.value >= (gate.min ?? -Infinity) &&
    measured.value <= (gate.max ?? Infinity);
  const bound = gate.min !== undefined ? `at least ${gate.min}` : `at most ${gate.max ?? ""}`;
  return html`<tr><th scope="row">${gate.metric} <em>${bound}</em></th><td>${measured ? measured.value.toFixed(3) : "not measured"}</td><td class="interval">${measured && `${measured.low.toFixed(3)} – ${measured.high.toFixed(3)}`}</td><td>${passed(holds === true)}</td></tr>`;
}

function measure(value: number | null): string {
  return value === null ? "unknown" : value.toFixed(3);
}

function outcomeText(outcome: PlannedRelease["release"]["fairness"][number]["outcome"]): Html {
  return outcome === "not shown" ? html`<b class="warn">not shown</b>` : passed(outcome === "held");
}

function passed(holds: boolean): Html {
  return holds ? html`<b class="good">holds</b>` : html`<b class="bad">fails</b>`;
}
