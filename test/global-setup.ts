import { mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/**
 * Gives the run a temporary folder of its own, so that what tests leave there can be told from what
 * others leave (global-teardown.ts). Plans that test files share are kept in it.
 */
export default function setup(): void {
  const before = tmpdir();
  const folder = mkdtempSync(join(before, "causeway-tests-"));
  // tsx keeps what it has compiled from one run to the next in the temporary folder.
  const compiled = `tsx-${userInfo().uid}`;
  mkdirSync(join(before, compiled), { recursive: true });
  symlinkSync(join(before, compiled), join(folder, compiled));
  process.env["TMPDIR"] = folder;
}
