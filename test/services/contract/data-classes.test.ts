import { join } from "node:path";
import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import type { z } from "zod";
import { contractSchema } from "../../../services/contract/contract";
import { dataClasses, dataClassRules } from "../../../services/contract/data-classes";
import { modelFolder } from "../../harness/fixtures";

type ContractFile = z.input<typeof contractSchema>;

const sample = () => load(readFileSync(join(modelFolder, "model.yaml"), "utf8")) as ContractFile;
const problems = (change: (contract: ContractFile) => void) => {
  const contract = sample();
  change(contract);
  return (contractSchema.safeParse(contract).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );
};

test("a more sensitive class is never kept longer, nor its deleted versions", () => {
  const table = dataClasses.map((one) => dataClassRules[one]);
  for (const [index, rules] of table.slice(1).entries()) {
    expect(rules.maximumRetentionDays).toBeLessThanOrEqual(table[index]!.maximumRetentionDays);
    expect(rules.noncurrentDays).toBeLessThanOrEqual(table[index]!.noncurrentDays);
    expect(Number(rules.customerKey)).toBeGreaterThanOrEqual(Number(table[index]!.customerKey));
  }
  expect(dataClassRules.restricted.noncurrentDays).toBeLessThanOrEqual(30);
});

test("a contract keeps nothing longer than its class allows", () => {
  expect(problems((c) => (c.retention.trainingData = "1096 days"))).toEqual([
    "retention.trainingData: at most 1095 days, because it is restricted",
  ]);
  expect(problems((c) => (c.retention.artifacts = "1826 days"))).toEqual([
    "retention.artifacts: at most 1825 days, because it is confidential",
  ]);
  expect(problems((c) => (c.retention.trainingData = "1095 days"))).toEqual([]);
});

test("no feature is more sensitive than the data that it comes from", () => {
  expect(
    problems((c) => (c.data.classification = "internal")).filter((line) =>
      line.startsWith("features.0"),
    ),
  ).toEqual(["features.0.classification: at most that of the data, internal"]);
});

test("differential privacy takes a budget that one release keeps within", () => {
  const privacy = (more: object) => problems((c) => Object.assign(c.data.privacy ?? {}, more));
  expect(privacy({ epsilon: 1, trainingEpsilon: 2 })).toEqual([
    "data.privacy.budget: at least 3, what one release spends",
  ]);
  expect(privacy({ epsilon: 1, budget: 0.5 })).toEqual([
    "data.privacy.budget: at least 1, what one release spends",
  ]);
  expect(privacy({ epsilon: 1, trainingEpsilon: 2, budget: 3 })).toEqual([]);
});

test("an erasure is followed by a retraining unless the contract says otherwise", () => {
  expect(contractSchema.parse(sample()).data.erasure).toEqual({ retrain: true });
});

test("docs/privacy.md shows the table as it is", () => {
  const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "privacy.md"), "utf8");
  for (const one of dataClasses) {
    const { holds, maximumRetentionDays, noncurrentDays, customerKey } = dataClassRules[one];
    expect(page).toContain(
      `| ${one} | ${holds} | ${maximumRetentionDays} days | ${noncurrentDays} days | ${customerKey ? "yes " : ""}|`,
    );
  }
});
