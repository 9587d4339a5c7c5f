import { betWindows, blockSeconds } from "../../infra/gates/blocks";
import results from "./gate-scenarios.json";

const percent = (share: number) => `${Number((100 * share).toFixed(1))}%`;
type ExperimentEnds = (typeof results.experiments.scenarios)[number]["levels"][number];
type Ends = (typeof results.scenarios)[number]["levels"][number]["gate"];

const minutesOf = ({ minutes }: Ends) => (minutes === null ? "" : `, ${minutes} min`);
const cell = (truth: string, ends: Ends) =>
  truth === "fine"
    ? `${percent(ends.rolledBack)} / ${percent(ends.promoted)}${minutesOf(ends)}`
    : `${percent(ends.promoted)} / ${percent(ends.rolledBack)}${minutesOf(ends)}`;

/** What the gates on requests make of the ways in which production breaks their assumptions. */
export function scenarioSection(): string {
  const levels = results.requestsPerSecond.map((level) => `${level}/s`);
  const table = (truth: string) => [
    `| gate | scenario | ${levels.join(" | ")} | own counts alone, ${levels.join(", ")} |`,
    `| --- | --- | ${levels.map(() => "---").join(" | ")} | --- |`,
    ...results.scenarios
      .filter((scenario) => scenario.truth === truth)
      .map(({ gate, scenario, levels: found }) => {
        const alone = found.map((level) =>
          percent(truth === "fine" ? level.alone.rolledBack : level.alone.promoted),
        );
        const times = found.map((level) => minutesOf(level.alone).slice(2)).join(", ");
        return `| ${gate} | ${scenario} | ${found.map((level) => cell(truth, level.gate)).join(" | ")} | ${alone.join(", ")}${truth === "bad" ? `; ${times}` : ""} |`;
      }),
  ];
  return `## Where production breaks the assumptions

\`errors\` and \`latency\` are judged three times over, and the smallest evidence counts:

| evidence | unit | control | assumes |
| --- | --- | --- | --- |
| Wald's test | a request | the objective | that requests fail independently |
| bets | a block of ${blockSeconds} seconds, over ${betWindows.map((seconds) => `${seconds / 60} minutes`).join(", ")} | the objective | that the share of failures of a block is acceptable on average, whatever fails together within it |
| conditional test | a block of ${blockSeconds} seconds | the champion in the same block | that both get the same requests, whatever happens to both |

So a version is refused only if no assumption saves it: not for an incident that hits both versions, and not for failures that come at once. A champion with less than a twentieth of the version's requests is no control; then the objective is.

These are ${results.releases} simulated releases of each scenario and traffic level with the rollout timing of prod (\`npm run scenarios\`, fixed seeds; a test compares them with this page). For a version that is fine: false rollbacks / promotions, and minutes until the promotion (median). What is missing to 100% waits for a person.

${table("fine").join("\n")}

For a version that is bad: false promotions / rollbacks, and minutes until the rollback.

${table("bad").join("\n")}

A bad version is found at most one and a half times as late as by its own counts alone, plus two minutes. In an outage its own counts refuse it for the outage; that is no finding. With fewer than one request a second the comparison takes longer, because few failures of the version beside none of the champion may be chance.

${experimentSection()}`;
}

/** What an A/B test makes of the ways in which production breaks its assumptions. */
function experimentSection(): string {
  const { requestsPerSecond, tests, scenarios } = results.experiments;
  const days = (found: number | null) => (found === null ? "" : `, ${Number(found.toFixed(1))} d`);
  const cell = (truth: string, { better, worse, days: found }: ExperimentEnds) =>
    truth === "alike"
      ? percent(better + worse)
      : truth === "worse"
        ? `${percent(better)} / ${percent(worse)}${days(found)}`
        : `${percent(worse)} / ${percent(better)}${days(found)}`;
  return `### A/B tests

The unit is a bucket of subjects, the control the champion's half at the same time, both randomised; only requests as old as the outcome window count ([A/B tests](ab-tests.md#decision)). It assumes that subjects are independent of each other, and that the new version changes no value that comes after the outcome window.

These are ${tests} simulated tests of each scenario and traffic level, of 1,000 subjects in either half, with an outcome window of three days, two weeks of requests and a look every six hours. For versions that are alike: wrong decisions, of the 5% that the contract allows.

| scenario | ${requestsPerSecond.map((level) => `${level}/s`).join(" | ")} |
| --- | ${requestsPerSecond.map(() => "---").join(" | ")} |
${scenarios
  .filter(({ truth }) => truth === "alike")
  .map(
    ({ scenario, levels }) =>
      `| ${scenario} | ${levels.map((level) => cell("alike", level)).join(" | ")} |`,
  )
  .join("\n")}

For versions that differ: wrong / right decisions, and days until the right one (median). What is missing to 100% waits for a person.

| scenario | ${requestsPerSecond.map((level) => `${level}/s`).join(" | ")} |
| --- | ${requestsPerSecond.map(() => "---").join(" | ")} |
${scenarios
  .filter(({ truth }) => truth !== "alike")
  .map(
    ({ scenario, truth, levels }) =>
      `| ${scenario} | ${levels.map((level) => cell(truth, level)).join(" | ")} |`,
  )
  .join("\n")}`;
}
