import { rmSync } from "node:fs";
import { tmpdir } from "node:os";

/** Removes the temporary folder of the run. */
export default function teardown(): void {
  rmSync(tmpdir(), { recursive: true, force: true });
}
