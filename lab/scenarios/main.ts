import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { columns } from "../../cli/plan/summary";
import { requestScenarios } from "./requests";
import { levels, releases, simulate, type Ends } from "./simulate";

const root = join(__dirname, "..", "..");
/** What the page about the gates is made from, and the test compares. */
const file = join(root, "cli", "docs", "gate-scenarios.json");

/** Every scenario with what became of its releases, as the file has it. */
export function scenarioResults(report: (line: string) => void = () => undefined) {
  const scenarios = requestScenarios.map((scenario) => {
    const found = simulate(scenario);
    report(`${scenario.gate}: ${scenario.name} (${scenario.truth})`);
    for (const line of table(found)) report(line);
    return {
      gate: scenario.gate,
      scenario: scenario.name,
      truth: scenario.truth,
      levels: found.map(({ gate, alone }) => ({ gate, alone })),
    };
  });
  return { requestsPerSecond: levels, releases, scenarios };
}

function table(found: ReturnType<typeof simulate>): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const cells = ({ rolledBack, promoted, minutes, minutes95 }: Ends) => [
    percent(rolledBack),
    percent(promoted),
    minutes === null ? "" : `${minutes} (${minutes95})`,
  ];
  const head = ["rolled back", "promoted", "minutes (95%)"];
  return columns([
    ["requests", ...head, ...head.map((name) => `alone: ${name}`)],
    ...found.map(({ requestsPerSecond, gate, alone }) => [
      `${requestsPerSecond}/s`,
      ...cells(gate),
      ...cells(alone),
    ]),
  ]);
}

if (require.main === module) {
  const results = scenarioResults((line) => console.log(line));
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(`written: ${file}; npm run docs makes docs/gates.md from it`);
}
