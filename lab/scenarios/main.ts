import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { columns } from "../../cli/plan/summary";
import {
  experimentLevels,
  experimentScenarios,
  simulateExperiment,
  tests,
  type ExperimentEnds,
} from "./experiments";
import { requestScenarios } from "./requests";
import { levels, releases, simulate, type Ends } from "./simulate";

const root = join(__dirname, "..", "..");
/** What the page about the gates is made from, and the test compares. */
const file = join(root, "cli", "docs", "gate-scenarios.json");

/** Every scenario with what became of its releases, as the file has it. */
function scenarioResults(report: (line: string) => void = () => undefined) {
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

/** Every scenario of an A/B test with what became of its tests, as the file has it. */
function experimentResults(report: (line: string) => void = () => undefined) {
  const scenarios = experimentScenarios.map((scenario) => {
    const found = simulateExperiment(scenario);
    report(`A/B test: ${scenario.name} (${scenario.truth})`);
    for (const line of experimentTable(found)) report(line);
    return { scenario: scenario.name, truth: scenario.truth, levels: found };
  });
  return { requestsPerSecond: experimentLevels, tests, scenarios };
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

function experimentTable(found: readonly ExperimentEnds[]): string[] {
  return columns([
    ["requests", "better", "worse", "days"],
    ...found.map(({ better, worse, days }, i) => [
      `${experimentLevels[i]}/s`,
      percent(better),
      percent(worse),
      days === null ? "" : days.toFixed(1),
    ]),
  ]);
}

function table(found: ReturnType<typeof simulate>): string[] {
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

/** What is printed and written. */
export type Results = ReturnType<typeof scenarioResults> & {
  readonly experiments: ReturnType<typeof experimentResults>;
};

/** Writes what became of everything, or with `--json` prints it and writes nothing. */
function main(json: boolean): void {
  const report = (line: string) => (json ? undefined : console.log(line));
  const results: Results = { ...scenarioResults(report), experiments: experimentResults(report) };
  if (json) return console.log(JSON.stringify(results));
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(`written: ${file}; npm run docs makes docs/gates.md from it`);
}

main(process.argv.includes("--json"));
