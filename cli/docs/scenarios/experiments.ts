import { percent } from "./percent";
import results from "./experiments.json";

type Ends = (typeof results.scenarios)[number]["levels"][number];

/** What an A/B test makes of the ways in which production breaks its assumptions. */
export function experimentSection(): string {
  const { requestsPerSecond, tests, scenarios } = results;
  const days = (found: number | null) => (found === null ? "" : `, ${Number(found.toFixed(1))} d`);
  const cell = (truth: string, { better, worse, days: found }: Ends) =>
    truth === "alike"
      ? percent(better + worse)
      : truth === "worse"
        ? `${percent(better)} / ${percent(worse)}${days(found)}`
        : `${percent(worse)} / ${percent(better)}${days(found)}`;
  return `### A/B tests

The unit is a bucket of subjects, the control the champion's half at the same time, both randomised; only requests as old as the outcome window count ([A/B tests](ab-tests.md#decision)). It assumes that subjects are independent of each other, and that the new version changes no value that comes after the outcome window.

These are ${tests} simulated tests of each scenario and traffic level, of 1,000 subjects in either half, with an outcome window of three days, two weeks of requests and a look every six hours (family \`experiments\`). For versions that are alike: wrong decisions, of the 5% that the contract allows.

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
