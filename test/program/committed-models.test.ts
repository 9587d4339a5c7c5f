import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { modelsFolder } from "../../cli/project";
import { digestOf } from "../../services/contract/digests";
import { modelNames } from "../../services/contract/files";
import { loadContract } from "../../services/contract/load";
import { loadRelease } from "../../services/evidence/load";
import * as fixtures from "../harness/fixtures";

const binned = z.looseObject({
  name: z.string(),
  edges: z.array(z.number()).optional(),
  values: z.array(z.number()).optional(),
  proportions: z.array(z.number().positive()),
  missing: z.number(),
  rows: z.number(),
});
const reference = z.strictObject({
  model: z.string(),
  version: z.string(),
  input: z.literal("features"),
  output: z.literal("score"),
  threshold: z.number(),
  features: z.array(binned),
  score: z.strictObject({
    edges: z.array(z.number()),
    proportions: z.array(z.number().positive()),
    rows: z.number(),
  }),
});

const committed = modelNames(modelsFolder).map((name): [string, string, string] => [
  name,
  "services/models",
  modelsFolder,
]);
const fixture = "loan-approval";

describe.each([...committed, [fixture, "the fixtures", fixtures.modelsFolder]])(
  "the model %s of %s",
  (name, _, models) => {
    const folder = join(models, name, "release");
    const digestIn = (file: string) => digestOf(readFileSync(join(folder, file)));
    const contract = loadContract(models, name);
    const release = loadRelease(models, name);
    const bins = reference.parse(JSON.parse(readFileSync(join(folder, "reference.json"), "utf8")));

    test("the files of its release are those of its manifest", () => {
      expect(digestOf(readFileSync(join(models, name, "model.yaml")))).toBe(
        release.digests.contract,
      );
      expect(digestIn("model.onnx")).toBe(release.digests.model);
      expect(digestIn("reference.json")).toBe(release.digests.reference);
      expect(digestIn("model-card.md")).toBe(release.digests.card);
      expect(digestIn("explainer.json")).toBe(release.explanation.digest);
    });

    test("the reference has the contract's features in order, and its threshold", () => {
      expect(bins.features.map((feature) => feature.name)).toEqual(
        contract.features.map((feature) => feature.name),
      );
      expect(bins.threshold).toBe(contract.target.threshold);
    });

    test("every feature's bins are complete and sum to one", () => {
      for (const feature of bins.features) {
        const cells =
          feature.values === undefined ? (feature.edges ?? []).length + 1 : feature.values.length;
        expect(feature.proportions).toHaveLength(cells);
        expect(feature.proportions.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 8);
      }
    });

    test("every fairness gate of the contract is in the evidence, and none failed", () => {
      expect(release.fairness.map(({ metric, attribute }) => ({ metric, attribute }))).toEqual(
        contract.gates.fairness.map(({ metric, attribute }) => ({ metric, attribute })),
      );
      expect(release.fairness.every(({ outcome }) => outcome !== "failed")).toBe(true);
    });

    test("every performance gate of the contract holds on the evidence", () => {
      for (const gate of contract.gates.performance) {
        const found = release.evaluation.metrics[gate.metric];
        expect(found).toBeDefined();
        if (gate.min !== undefined) expect(found?.value).toBeGreaterThanOrEqual(gate.min);
        if (gate.max !== undefined) expect(found?.value).toBeLessThanOrEqual(gate.max);
      }
    });
  },
);

test("the model of the fixtures is fair by mitigation", () => {
  const { fairness } = loadRelease(fixtures.modelsFolder, fixture);
  expect(fairness.length).toBeGreaterThan(0);
  expect(fairness.every(({ mitigated }) => mitigated)).toBe(true);
});
