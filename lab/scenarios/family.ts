import { columns } from "../../cli/plan/summary";

/** Scenarios of the gates of one kind, and what becomes of them; each has a file of results. */
export interface Family<Scenario extends { readonly name: string }, Level> {
  /** Name of the file, and of `--only`. */
  readonly name: string;
  /** What holds of every scenario: levels of traffic, number of runs. */
  readonly setup: Readonly<Record<string, unknown>>;
  readonly scenarios: readonly Scenario[];
  /** What the file says of a scenario beside its name. */
  readonly about: (scenario: Scenario) => Readonly<Record<string, string>>;
  /** What became of a scenario at each level of traffic; the same in each run. */
  readonly simulate: (scenario: Scenario) => readonly Level[];
  /** Names of the columns, and the cells of each level, to read while it runs. */
  readonly table: (found: readonly Level[]) => readonly (readonly string[])[];
}

/** A family whose scenarios nobody needs to know. */
export interface AnyFamily {
  readonly name: string;
  /** What the file of the family says; `report` gets lines to read meanwhile. */
  readonly results: (report: (line: string) => void) => Readonly<Record<string, unknown>>;
}

export function family<Scenario extends { readonly name: string }, Level>({
  name,
  setup,
  scenarios,
  about,
  simulate,
  table,
}: Family<Scenario, Level>): AnyFamily {
  return {
    name,
    results: (report) => ({
      ...setup,
      scenarios: scenarios.map((scenario) => {
        const levels = simulate(scenario);
        report([name, ...Object.values(about(scenario)), scenario.name].join(", "));
        for (const line of columns(table(levels))) report(line);
        return { scenario: scenario.name, ...about(scenario), levels };
      }),
    }),
  };
}

/** A share as a cell of a table. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
