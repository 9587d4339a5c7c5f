import type { Takeover } from "../../policies/region-loss/loss";
import type { ExperimentFigures, RecoveryFigures, TrialFigures } from "./figures";
import type { PlannedViolation } from "./judgement";
import { isClean, type StackPlan } from "./plan";
import { areaTable } from "./table";

/** Violations of one rule that are written out; the rest is counted. */
const writtenOut = 5;

/** Everything that a person at a terminal needs to know of a planned stack. */
export function summary(plan: StackPlan): string {
  return [
    headline(plan),
    "",
    ...countLines(plan),
    "",
    ...figureLines(plan),
    ...policyLines(plan),
    ...gapLines(plan),
  ].join("\n");
}

function headline(plan: StackPlan): string {
  const regions = plan.config.regions.map((region) => region.name).join(", ");
  return `${plan.stack}: ${isClean(plan) ? "clean" : "REFUSED"} (${plan.config.target}, ${regions})`;
}

function countLines(plan: StackPlan): string[] {
  const { regions, rows, totals, total } = areaTable(plan);
  const lines = [
    ["area", ...regions, "total"],
    ...rows.map((row) => [
      row.area,
      ...row.counts.map((n) => (n === 0 ? "·" : String(n))),
      String(row.total),
    ]),
    ["total", ...totals.map(String), String(total)],
  ];
  return columns(lines);
}

/** Text in columns: the first to the left, the others to the right. */
export function columns(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, i) =>
    Math.max(...lines.map((line) => line[i]?.length ?? 0)),
  );
  return lines.map((line) =>
    `  ${line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ")}`.trimEnd(),
  );
}

function figureLines({ recovery, cost, config, releases }: StackPlan): string[] {
  const budget = config.monthlyBudgetUsd === undefined ? "" : ` of $${config.monthlyBudgetUsd}`;
  return [
    ...(recovery ? recoveryLines(recovery) : []),
    ...(cost.total > 0
      ? [`  cost       $${Math.round(cost.total)}${budget} a month, estimated at rest`]
      : []),
    ...releases.flatMap(({ release, trial }) => [
      `  model      ${release.model} ${release.version}${release.published ? "" : ", not published: no registry holds its image yet"}`,
      `  verdict    ${trialText(trial)}`,
    ]),
  ];
}

function recoveryLines({
  totalSeconds,
  objectiveSeconds,
  pointObjectiveSeconds,
  failsOver,
  loss,
}: RecoveryFigures): string[] {
  const seconds = loss.recoverySeconds ?? totalSeconds;
  const time = Number.isFinite(seconds)
    ? `${seconds} s of ${objectiveSeconds} s`
    : `never (${objectiveSeconds} s allowed)`;
  if (!failsOver)
    return [
      `  recovery   ${time} (one region in service: nothing to fail over to)`,
      ...loss.drains.flatMap((drain) =>
        drain.takeovers.map(
          (takeover) =>
            `             ${drain.drained.join(", ")} drained: ${takeoverText(drain.by, takeover)}`,
        ),
      ),
    ];
  const writes =
    loss.lostWritesSeconds === undefined ? "nothing is replicated" : `${loss.lostWritesSeconds} s`;
  const point = `  writes     up to ${writes}${pointObjectiveSeconds === undefined ? "" : ` of ${pointObjectiveSeconds} s`} lost with a region: the lag of replication`;
  return [
    `  recovery   ${time} when a region is lost`,
    point,
    ...loss.losses.flatMap(({ lost, by, takeovers }) =>
      takeovers.map((takeover) => `             without ${lost}, ${takeoverText(by, takeover)}`),
    ),
  ];
}

/** `eu-central-1 carries 600/s of loan-approval with 3 replicas (3 standing), and up to 6000/s`. */
export function takeoverText(
  by: string,
  { model, load, capacity, standingReplicas, neededReplicas, bound }: Takeover,
): string {
  const carries =
    load <= capacity
      ? `carries ${load}/s of ${model} with ${neededReplicas} replicas (${standingReplicas} standing), and up to ${capacity}/s`
      : `cannot carry ${load}/s of ${model}, only ${capacity}/s`;
  return `${by} ${carries}: ${bound}`;
}

/**
 * `proven after 32 min at 100 requests/s, ...; until then at most 25% of all requests`, and what an
 * A/B test takes after that.
 */
export function trialText({
  minutesToVerdict,
  largestUnprovenShare,
  experiment,
}: TrialFigures): string {
  const times = minutesToVerdict.map(
    ({ requestsPerSecond, minutes, pauses }) =>
      `${minutes} min at ${requestsPerSecond}/s${pauses ? " (pauses for want of requests)" : ""}`,
  );
  return `a new version is proven after ${times.join(", ")}; until then it gets at most ${percent(largestUnprovenShare)} of all requests${experiment === undefined ? "" : `; ${experimentText(experiment)}`}`;
}

/** Minutes in a unit that people count in. */
function timeText(minutes: number): string {
  if (minutes < 300) return `${minutes} min`;
  return minutes < 2_880 ? `${Math.ceil(minutes / 60)} h` : `${(minutes / 1_440).toFixed(1)} days`;
}

function experimentText({
  minutesToDecision,
  difference,
  largestUndecidedShare,
  outcomeWindow,
  undecided,
}: ExperimentFigures): string {
  const times = minutesToDecision.map(
    ({ requestsPerSecond, minutes }) =>
      `${minutes === null ? "by a person" : `after ${timeText(minutes)}`} at ${requestsPerSecond}/s`,
  );
  const why = undecided === undefined ? "" : `; a person decides where ${undecided}`;
  return `its A/B test is decided ${times.join(", ")} (a difference of ${difference} standard deviations; values are known after ${outcomeWindow}${why}); until then it gets at most ${percent(largestUndecidedShare)}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}

function policyLines(plan: StackPlan): string[] {
  const { rules, violations } = plan.judgement;
  const active = rules.filter((rule) => rule.enforcement !== "disabled").length;
  const count = (enforcement: string) =>
    violations.filter((violation) => violation.enforcement === enforcement).length;
  const byRule = [...new Set(violations.map((violation) => violation.rule))];
  const details = byRule.flatMap((rule) =>
    ruleLines(violations.filter((violation) => violation.rule === rule)),
  );
  return [
    `  policies   ${active} rules: ${count("mandatory")} mandatory violation${count("mandatory") === 1 ? "" : "s"}, ${count("advisory")} advisory`,
    ...details,
  ];
}

function ruleLines(violations: readonly PlannedViolation[]): string[] {
  const [first] = violations;
  if (first === undefined) return [];
  const shown = violations
    .slice(0, writtenOut)
    .map(
      (violation) =>
        `      ${violation.message}${violation.resource && !violation.message.includes(violation.resource.name) ? ` [${violation.resource.name}]` : ""}`,
    );
  const rest =
    violations.length > writtenOut
      ? [`      and ${violations.length - writtenOut} more, all in plan.json`]
      : [];
  return [
    `    ${first.enforcement} ${first.rule} (${first.severity})`,
    ...shown,
    ...rest,
    `      fix: ${first.remediation}`,
  ];
}

function gapLines(plan: StackPlan): string[] {
  if (plan.gaps.length === 0) return [];
  return [
    "",
    "  Not everything could be filled in (cli/plan/outputs):",
    ...plan.gaps.map((gap) => `    ${gap}`),
  ];
}
