import assert from "node:assert/strict";
import type { PulumiResult } from "../harness/lib/pulumi";

function report(result: PulumiResult, problem: string): string {
  const violations = result.violations.map(
    ({ level, rule, resource, message }) => `  [${level}] ${rule} (${resource}): ${message.trim()}`,
  );
  return [
    `${problem}: ${result.command}`,
    ...result.errors,
    ...violations,
    ...result.output.split("\n").slice(-40),
  ].join("\n");
}

export function expectSuccess(result: PulumiResult): void {
  assert.equal(result.code, 0, report(result, `exited with ${result.code}`));
}

export function expectFailure(result: PulumiResult): void {
  assert.notEqual(result.code, 0, report(result, "exited with 0, a failure was expected"));
}

/** The closing summary counts these operations and no others. */
export function expectOperations(result: PulumiResult, allowed: readonly string[]): void {
  const seen = Object.entries(result.changes)
    .filter(([, count]) => count > 0)
    .map(([operation]) => operation);
  const others = seen.filter((operation) => !allowed.includes(operation));
  assert.ok(
    seen.length > 0 && others.length === 0,
    report(
      result,
      `operations ${JSON.stringify(result.changes)}, allowed are ${allowed.join(", ")}`,
    ),
  );
}

/** Waits until a condition holds; a test that would wait for ever fails instead. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const until = Date.now() + timeoutMs;
  while (!(await holds())) {
    assert.ok(Date.now() < until, `${what} did not happen within ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
