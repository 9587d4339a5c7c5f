import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

/**
 * What lies there by design: the plans that test files share and the link of global-setup.ts, the
 * last folders of pytest, and the session and empty logs of telemetry in onnxruntime.
 */
const expected = /^(plans|tsx-\d+|pytest-of-.+|mat-debug-\d+\.log|\.ses)$/;

/** Removes the temporary folder of the run. Throws with the names of what tests left in it. */
export default function teardown(): void {
  const left = readdirSync(tmpdir()).filter((name) => !expected.test(name));
  rmSync(tmpdir(), { recursive: true, force: true });
  if (left.length > 0)
    throw new Error(`tests left in the temporary folder: ${left.sort().join(", ")}`);
}
