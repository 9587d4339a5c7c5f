import { existsSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { cacheRoot } from "../../../tools/e2e/toolchain/cache";
import { TOOLS } from "../../../tools/e2e/toolchain/pins";
import { contract } from "./fixture";
import { failures, lintProblems, scenarios } from "./promtool/run";

const { name, version, versionArgs, acceptedPrefix } = TOOLS.promtool;

/** promtool from PATH or from an earlier end-to-end run; building it takes minutes and is not part of these tests. */
function found(): string | undefined {
  const { status, stdout } = spawnSync(name, [...versionArgs], { encoding: "utf8" });
  if (status === 0 && /version (\S+)/.exec(stdout)?.[1]?.startsWith(acceptedPrefix)) return name;
  const kept = join(cacheRoot(), `${name}-${version}`, name);
  return existsSync(kept) ? kept : undefined;
}

const promtool = found();
if (promtool === undefined) process.stdout.write(`promtool is neither on PATH nor in ${cacheRoot()}: ${scenarios.length} scenarios of the rules are skipped; \`npm run e2e -- --only rules\` builds it and runs them\n`);

(promtool === undefined ? describe.skip : describe)("promtool", () => {
  test("finds nothing wrong with the rules of a model", async () => {
    expect(await lintProblems(promtool!, contract)).toBe("");
  }, 60_000);

  test.each(scenarios.map((scenario) => [scenario.title, scenario] as const))("%s", async (_, scenario) => {
    expect(await failures(promtool!, scenario)).toBe("");
  }, 300_000);
});
