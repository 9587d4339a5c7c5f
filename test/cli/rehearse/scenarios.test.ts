import { loadContract } from "../../../services/contract/load";
import { chapters } from "../../../cli/rehearse/scenarios/scenario";
import { chaptersOf, scenarioOf, scenarios } from "../../../cli/rehearse/scenarios";
import { shifted } from "../../../cli/rehearse/scenarios/shift";
import { modelsFolder } from "../../harness/fixtures";

const sample = loadContract(modelsFolder, "loan-approval");
const other = { ...sample, name: "other" };

describe("the scenario of a model", () => {
  it("is the one that somebody wrote, with every chapter", () => {
    expect(scenarioOf(sample)).toBe(scenarios["loan-approval"]);
    expect(chaptersOf(scenarioOf(sample))).toEqual(chapters);
  });

  it("follows from the contract for any other, without the chapters that need a recipe of their own", () => {
    expect(chaptersOf(scenarioOf(other))).toEqual(["drift", "faults"]);
    const { moves = [] } = scenarioOf(other).shift ?? {};
    expect(moves.map(({ feature }) => feature)).toEqual(
      sample.features.flatMap(({ name, type }) => (type === "category" ? [] : [name])),
    );
    const [row] = shifted([{ loanamt: "101", unem: "3.5", mortg: "2", obrat: "" }], moves, other);
    expect(row).toMatchObject({ loanamt: "1900", unem: "26.5", mortg: "2", obrat: "" });
  });

  it("has no shift where no feature is a number", () => {
    expect(
      chaptersOf(
        scenarioOf({
          ...other,
          features: sample.features.filter(({ type }) => type === "category"),
        }),
      ),
    ).toEqual(["faults"]);
  });
});
