import { loadContract } from "../../../services/contract/load";
import { applicationsOf, parseTable, tableText } from "../../../cli/rehearse/rows";
import type { Move } from "../../../cli/rehearse/scenarios/scenario";
import { shifted } from "../../../cli/rehearse/scenarios/shift";
import { modelsFolder } from "../../harness/fixtures";

const contract = loadContract(modelsFolder, "loan-approval");

describe("a shift of the inputs", () => {
  it("moves features together, from their values before, inside what the contract allows", () => {
    const moves: readonly Move[] = [
      { feature: "obrat", times: { obrat: 1, hrat: 0.5 } },
      { feature: "hrat", times: { hrat: 1.5 } },
    ];
    expect(
      shifted(
        [
          { obrat: "30", hrat: "20", approve: "1" },
          { obrat: "95", hrat: "80", approve: "0" },
        ],
        moves,
        contract,
      ),
    ).toEqual([
      { obrat: "40", hrat: "30", approve: "1" },
      { obrat: "100", hrat: "100", approve: "0" },
    ]);
  });

  it("leaves missing values missing, and refuses to move what is no numeric feature", () => {
    expect(
      shifted([{ unem: "" }], [{ feature: "unem", plus: 2, times: { unem: 1 } }], contract),
    ).toEqual([{ unem: "" }]);
    expect(() => shifted([{}], [{ feature: "race" }], contract)).toThrow(
      "race: got a move of it, allowed: a numeric feature of the contract",
    );
  });
});

describe("applications", () => {
  it("send features alone, and bring label and groups later", () => {
    const [application] = applicationsOf(
      parseTable("obrat,multi,approve,race,sex\n30,,1,black,\n"),
      contract,
    );
    expect(application).toEqual({
      features: { obrat: 30 },
      label: "approve",
      groups: { race: "black" },
    });
  });

  it("survive being written and read", () => {
    const text = "a,b\n1,\n2,x\n";
    expect(tableText(parseTable(text))).toBe(text);
  });
});
