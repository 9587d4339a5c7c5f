import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gatedKeys } from "../../../cli/docs/gates";
import { contractSchema } from "../../../services/contract/contract";

const project = join(__dirname, "..", "..", "..");
const gates = contractSchema.shape.gates;
const keys = gatedKeys.map(({ key }) => key);

describe("the page of gates", () => {
  it("lists each key of the contract's gates section", () => {
    for (const key of Object.keys(gates.shape))
      expect([key, keys.some((one) => one.startsWith(`gates.${key}`))]).toEqual([key, true]);
  });

  it("lists each metric of performance once", () => {
    const listed = keys.flatMap(
      (key) => /^gates.performance: (.*)$/.exec(key)?.[1]!.split(", ") ?? [],
    );
    expect(listed.sort()).toEqual([...gates.shape.performance.element.shape.metric.options].sort());
  });

  it("names functions that exist, in files that exist", () => {
    const sources = gatedKeys.flatMap(({ judges }) =>
      Object.values(judges).flatMap(({ by }) => by),
    );
    expect(sources.length).toBeGreaterThan(30);
    for (const source of sources) {
      if ("alert" in source) continue;
      const file = join(project, source.file);
      const text = existsSync(file) ? readFileSync(file, "utf8") : "";
      expect([source, new RegExp(`(def|function) ${source.name}\\(`).test(text)]).toEqual([
        source,
        true,
      ]);
    }
  });

  it("says why where a rule differs between training and a trial", () => {
    for (const { key, judges, why } of gatedKeys)
      if (judges.training && judges.trial && key !== "gates.minimumGroupSize")
        expect([key, why]).toEqual([key, expect.any(String)]);
  });
});
