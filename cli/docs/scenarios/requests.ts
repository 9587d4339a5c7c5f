import { betWindows, blockSeconds } from "../../../infra/gates/blocks";
import { percent } from "./percent";
import results from "./requests.json";

type Ends = (typeof results.scenarios)[number]["levels"][number]["gate"];

const minutesOf = ({ minutes }: Ends) => (minutes === null ? "" : `, ${minutes} min`);
const cell = (truth: string, ends: Ends) =>
  truth === "fine"
    ? `${percent(ends.rolledBack)} / ${percent(ends.promoted)}${minutesOf(ends)}`
    : `${percent(ends.promoted)} / ${percent(ends.rolledBack)}${minutesOf(ends)}`;

/** What the gates on requests make of the ways in which production breaks their assumptions. */
export function requestSection(): string {
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
  return `### Errors and late answers

\`errors\` and \`latency\` are judged three times over, and the smallest evidence counts:

| evidence | unit | control | assumes |
| --- | --- | --- | --- |
| Wald's test | a request | the objective | that requests fail independently |
| bets | a block of ${blockSeconds} seconds, over ${betWindows.map((seconds) => `${seconds / 60} minutes`).join(", ")} | the objective | that the share of failures of a block is acceptable on average, whatever fails together within it |
| conditional test | a block of ${blockSeconds} seconds | the champion in the same block | that both get the same requests, whatever happens to both |

So a version is refused only if no assumption saves it: not for an incident that hits both versions, and not for failures that come at once. A champion with less than a twentieth of the version's requests is no control; then the objective is.

These are ${results.releases} simulated releases of each scenario and traffic level with the rollout timing of prod (family \`requests\`). For a version that is fine: false rollbacks / promotions, and minutes until the promotion (median). What is missing to 100% waits for a person.

${table("fine").join("\n")}

For a version that is bad: false promotions / rollbacks, and minutes until the rollback.

${table("bad").join("\n")}

A bad version is found at most one and a half times as late as by its own counts alone, plus two minutes. In an outage its own counts refuse it for the outage; that is no finding. With fewer than one request a second the comparison takes longer, because few failures of the version beside none of the champion may be chance.`;
}
