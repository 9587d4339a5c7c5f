import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { families } from "../../lab/scenarios/families";

const published = (family: string): unknown =>
  JSON.parse(readFileSync(`cli/docs/scenarios/${family}.json`, "utf8"));

/** In a process of its own: what jest makes of globals slows arithmetic down tenfold. */
const simulated = (family: string): unknown =>
  JSON.parse(
    execFileSync(
      process.execPath,
      ["--import", "tsx", "lab/scenarios/main.ts", "--only", family, "--json"],
      { encoding: "utf8" },
    ),
  );

describe("the simulated scenarios", () => {
  it.each(families.map(({ name }) => name))(
    "become what docs/gates.md is made from: %s",
    (family) => {
      expect(simulated(family)).toEqual(published(family));
    },
  );

  it("refuse a family that is none, and name those that are", () => {
    const run = () =>
      execFileSync(
        process.execPath,
        ["--import", "tsx", "lab/scenarios/main.ts", "--only", "latecomers"],
        { encoding: "utf8", stdio: "pipe" },
      );
    const names = families.map(({ name }) => name).join(", ");
    expect(run).toThrow(`--only latecomers: no such family, there are ${names}`);
  });
});
