import type { Contract } from "../../../services/contract/contract";
import { loadContract } from "../../../services/contract/load";
import { applicationsOf, asSource, parseTable, tableText } from "../../../cli/rehearse/rows";
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

  it("send values as the contract has them, not the codes that the model sees", () => {
    const base = { description: "", classification: "internal" as const, optional: false };
    const features: Contract["features"] = [
      { ...base, name: "plan", type: "category", values: ["None", "One year"] },
      { ...base, name: "senior", type: "boolean" },
      { ...base, name: "since", type: "date", min: "2020-01-01", max: "2024-12-31" },
      { ...base, name: "total", column: "Total Charges", type: "float", min: 0, max: 9 },
    ];
    const stranger = { ...contract, features };
    const rows = parseTable("plan,senior,since,total,approve\n1.0,0.0,59.0,2.5,0.0\n");
    expect(applicationsOf(rows, stranger)[0]).toMatchObject({
      features: { plan: "One year", senior: false, since: "2020-02-29", total: 2.5 },
      label: "decline",
    });
    expect(asSource([{ plan: "None", total: "1" }], stranger)).toEqual([
      { plan: "None", "Total Charges": "1" },
    ]);
  });

  it("survive being written and read", () => {
    const text = 'a,b\n1,\n2,x\n3,"x, ""y"""\n';
    expect(tableText(parseTable(text))).toBe(text);
  });
});
