import { blockSeconds } from "../../../infra/gates/blocks";
import { comparisonSeconds, scoreLimit } from "../../../infra/gates/scores";
import { percent } from "./percent";
import results from "./scores.json";

interface Ends {
  readonly refused: number;
  readonly minutes: number | null;
}

/** What the comparison of scores makes of requests that are not independent of one kind. */
export function scoreSection(): string {
  const { requestsPerSecond, releases, scenarios } = results;
  const table = (truth: string) => {
    const cell = ({ refused, minutes }: Ends) =>
      truth === "fine" || minutes === null
        ? percent(refused)
        : `${percent(refused)}, ${minutes} min`;
    const levels = requestsPerSecond.map((level) => `${level}/s`);
    return [
      `| scenario | ${levels.join(" | ")} | totals of an hour, ${levels.join(", ")} |`,
      `| --- | ${levels.map(() => "---").join(" | ")} | --- |`,
      ...scenarios
        .filter((scenario) => scenario.truth === truth)
        .map(
          ({ scenario, levels: found }) =>
            `| ${scenario} | ${found.map(({ gate }) => cell(gate)).join(" | ")} | ${found.map(({ alone }) => cell(alone)).join("; ")} |`,
        ),
    ].join("\n");
  };
  return `### Scores

\`score-champion\` has two evidences, and the smaller counts:

| evidence | unit | control | assumes |
| --- | --- | --- | --- |
| distance from the champion's scores | a request; a batch is one | the champion in the same ${blockSeconds} seconds, over ${comparisonSeconds / 60} minutes | that requests go to either version at random |
| distance from the scores of the training | a row | the rows that the version's training held out | that the requests are of the kind that it was trained for |

A block counts on both sides with the weight n m / (n + m), if the version had n requests in it and the champion m. In an A/B test only requests with a subject count. What a version has beyond the limit of ${scoreLimit} in the mean over its requests is a finding: a job that is most of the requests hides what becomes of the others.

These are ${releases} simulated releases of each scenario and traffic level over 40 minutes, with the rollout timing of prod (family \`scores\`). For a version that is fine: false refusals. The last column has those by all rows of an hour, without blocks, requests and training.

${table("fine")}

For a version that is bad: refusals, and minutes until then (median).

${table("bad")}`;
}
