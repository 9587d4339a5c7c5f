import { duration, errorMessage, say } from "./lib/text";

export interface Test {
  readonly title: string;
  readonly run: () => Promise<void>;
  /** Why the test cannot run here; it then counts as skipped. */
  readonly skip?: string;
}

/** Tests that build on each other, in order. */
export interface Suite {
  readonly name: string;
  readonly tests: readonly Test[];
}

/** Suites that follow each other on one resource. */
export interface Lane<Resource> {
  readonly open: () => Promise<Resource>;
  readonly suites: readonly ((resource: Resource) => Promise<Suite>)[];
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0 };

/** Adds up results. */
export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (total, tally) => ({
      passed: total.passed + tally.passed,
      failed: total.failed + tally.failed,
      skipped: total.skipped + tally.skipped,
    }),
    NOTHING,
  );
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `        ${line}`)
    .join("\n");
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
    say(
      `  FAIL  ${suite}: ${test.title} (${duration(Date.now() - started)})\n${indented(errorMessage(error))}`,
    );
    return { ...NOTHING, failed: 1 };
  }
}

function failure(error: unknown): Tally {
  say(`  FAIL  ${indented(errorMessage(error)).trimStart()}`);
  return { ...NOTHING, failed: 1 };
}

async function runSuite(suite: Suite): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const test of suite.tests) tallies.push(await runTest(suite.name, test));
  return sum(tallies);
}

/** A lane or a suite that cannot even start counts as one failure. */
export async function runLane<Resource>({ open, suites }: Lane<Resource>): Promise<Tally> {
  if (suites.length === 0) return NOTHING;
  try {
    const resource = await open();
    const tallies: Tally[] = [];
    for (const make of suites) tallies.push(await make(resource).then(runSuite).catch(failure));
    return sum(tallies);
  } catch (error) {
    return failure(error);
  }
}

/** Runs lanes side by side and adds up their results. */
export async function runLanes<Resource>(lanes: readonly Lane<Resource>[]): Promise<Tally> {
  return sum(await Promise.all(lanes.map(runLane)));
}

/** The closing line that continuous integration reads. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
