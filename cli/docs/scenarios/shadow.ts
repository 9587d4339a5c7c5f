import { largestBucket } from "../../../infra/gates/shadow-statistics";
import { percent } from "./percent";
import results from "./shadow.json";

interface Ends {
  readonly refused: number;
  readonly proven: number;
  readonly minutes: number | null;
}

/** What the comparison of a shadow release makes of rows that are not independent. */
export function shadowSection(): string {
  const { rowsPerSecond, releases, scenarios } = results;
  const time = ({ minutes }: Ends) => (minutes === null ? "" : `, ${minutes} min`);
  const cell = (truth: string, ends: Ends) =>
    truth === "bad"
      ? `${percent(ends.proven)} / ${percent(ends.refused)}${time(ends)}`
      : `${percent(ends.refused)} / ${percent(ends.proven)}${time(ends)}`;
  const table = (truth: string) =>
    [
      `| scenario | ${rowsPerSecond.map((level) => `${level}/s`).join(" | ")} | by the mean alone |`,
      `| --- | ${rowsPerSecond.map(() => "---").join(" | ")} | --- |`,
      ...scenarios
        .filter((scenario) => scenario.truth === truth)
        .map(({ scenario, levels }) => {
          const alone = levels.map(({ alone: { refused, proven } }) =>
            percent(truth === "bad" ? proven : refused),
          );
          return `| ${scenario} | ${levels.map(({ gate }) => cell(truth, gate)).join(" | ")} | ${alone.join(", ")} |`;
        }),
    ].join("\n");
  return `### Shadow comparison

The unit is a bucket of rows, by a hash of their values. The control is the champion, which gets the same rows. A proof takes the mean over the buckets. It assumes no more than that, because a row that comes often makes two versions look further apart. A refusal takes a robust estimate: a bucket counts ${largestBucket} times the usual at most, the middle is the median, and the result is divided by how often rows come again. It assumes that the rows on which the versions disagree are not all in a few frequent ones. Where they are, a person decides.

These are ${releases} simulated comparisons of each scenario and level, with the rollout timing of prod, over windows of ten minutes (family \`shadow\`). For a version that is fine: false refusals / proofs, and minutes of copies until the proof (median). What is missing to 100% waits for a person. The last column has the false refusals if a bucket could count as much as it likes.

${table("fine")}

The estimate has a standard deviation of a quarter of itself, so it tells 5% from 20% and not from 10%:

${table("between")}

For a version that is bad: false proofs / refusals, and minutes of copies until the refusal.

${table("bad")}`;
}
