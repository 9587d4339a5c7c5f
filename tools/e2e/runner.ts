import { duration, errorMessage, say } from "./lib/text";

export interface Test {
  readonly title: string;
  readonly run: () => Promise<void>;
  /** Why the test cannot run here; it then counts as skipped. */
  readonly skip?: string;
}

/** Tests that build on each other, in order; what `close` gives back is given back even after a failure. */
export interface Suite {
  readonly name: string;
  readonly tests: readonly Test[];
  readonly close?: () => Promise<void>;
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0 };

function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce((total, tally) => ({
    passed: total.passed + tally.passed, failed: total.failed + tally.failed, skipped: total.skipped + tally.skipped,
  }), NOTHING);
}

function indented(text: string): string {
  return text.split("\n").map((line) => `        ${line}`).join("\n");
}

async function runTest(suite: string, test: Test): Promise<Tally> {
  if (test.skip !== undefined) {
    say(`  skip  ${suite}: ${test.title} (${test.skip})`);
    return { ...NOTHING, skipped: 1 };
  }
  const started = Date.now();
  try {
    await test.run();
    say(`  ok    ${suite}: ${test.title} (${duration(Date.now() - started)})`);
    return { ...NOTHING, passed: 1 };
  } catch (error) {
    say(`  FAIL  ${suite}: ${test.title} (${duration(Date.now() - started)})\n${indented(errorMessage(error))}`);
    return { ...NOTHING, failed: 1 };
  }
}

/** Runs the suites of one lane one after the other. A suite that cannot even start counts as one failure. */
export async function runLane(makers: readonly (() => Promise<Suite>)[]): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const make of makers) {
    const suite = await make().catch((error: unknown) => {
      say(`  FAIL  ${indented(errorMessage(error)).trimStart()}`);
      tallies.push({ ...NOTHING, failed: 1 });
      return undefined;
    });
    for (const test of suite?.tests ?? []) tallies.push(await runTest(suite?.name ?? "", test));
    await suite?.close?.();
  }
  return sum(tallies);
}

/** Runs lanes side by side and adds up their results. */
export async function runLanes(lanes: readonly (readonly (() => Promise<Suite>)[])[]): Promise<Tally> {
  return sum(await Promise.all(lanes.map(runLane)));
}

/** The closing line that continuous integration reads. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
