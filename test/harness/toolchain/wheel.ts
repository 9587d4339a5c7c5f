import { runOrThrow } from "../lib/process";
import { say } from "../lib/text";
import { cachedFolder } from "./cache";

/** Folder into which a wheel, as `name==version`, is installed without what it depends on. */
export function wheelFolder(wheel: string): Promise<string> {
  return cachedFolder(wheel.replace("==", "-"), async (target) => {
    say(`  installing the wheel ${wheel}`);
    await runOrThrow("python3", [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--no-deps",
      "--disable-pip-version-check",
      "--target",
      target,
      wheel,
    ]);
  });
}
