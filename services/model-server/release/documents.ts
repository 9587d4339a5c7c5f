import { z } from "zod";
import type { Contract } from "../../contract/contract";
import { categoriesOf, isCategorical } from "../../contract/encoding";
import type { Problem } from "../../contract/problems";

const shares = z.array(z.number().min(0).max(1)).min(1);
const rows = z.number().int().min(0);
const edges = z
  .array(z.number())
  .refine(
    (list) => list.every((edge, i) => i === 0 || edge > (list[i - 1] ?? -Infinity)),
    "edges that ascend",
  );
const fits = (entry: {
  readonly edges: readonly number[];
  readonly proportions: readonly number[];
}) => entry.proportions.length === entry.edges.length + 1;

const numericBins = z
  .object({
    name: z.string(),
    type: z.enum(["float", "integer", "date", "timestamp"]),
    edges,
    proportions: shares,
    rows,
  })
  .refine(fits, "one proportion more than edges");
const categoryBins = z
  .object({
    name: z.string(),
    type: z.enum(["category", "boolean", "text"]),
    values: z.array(z.number().int()).min(2),
    proportions: shares,
    rows,
  })
  .refine(
    (entry) => entry.values.length === entry.proportions.length,
    "a proportion for each value",
  );

/**
 * `reference.json`: where features and scores lay when the model was made. Keys that only training
 * reads are let through.
 */
export const referenceSchema = z.object({
  model: z.string(),
  version: z.string(),
  input: z.string(),
  output: z.string(),
  threshold: z.number(),
  features: z.array(z.union([numericBins, categoryBins])),
  score: z
    .object({ edges, proportions: shares, rows })
    .refine(fits, "one proportion more than edges"),
});
export type Reference = z.output<typeof referenceSchema>;
export type FeatureBins = Reference["features"][number];

/** `explainer.json`: what explanations are measured against. */
export const explainerSchema = z.object({
  scale: z.literal("log-odds"),
  additive: z.boolean(),
  features: z.array(z.string()),
  background: z.array(z.array(z.number())).min(1),
  expected: z.number(),
});
export type ExplainerDocument = z.output<typeof explainerSchema>;

/** Where the documents of a release do not fit the contract. */
export function documentProblems(
  contract: Contract,
  reference: Reference,
  explainer: ExplainerDocument,
): Problem[] {
  const names = contract.features.map((feature) => feature.name);
  const problems: Problem[] = [];
  const expect = (key: string, got: unknown, wanted: unknown) => {
    if (JSON.stringify(got) !== JSON.stringify(wanted))
      problems.push({ key, got, allowed: `${JSON.stringify(wanted)}, as the contract says` });
  };
  expect("reference.json: model", reference.model, contract.name);
  expect("reference.json: threshold", reference.threshold, contract.target.threshold);
  expect(
    "reference.json: features",
    reference.features.map((entry) => entry.name),
    names,
  );
  expect("explainer.json: features", explainer.features, names);
  contract.features.forEach((feature, i) => {
    const entry = reference.features[i];
    if (entry?.name !== feature.name) return;
    expect(`reference.json: type of ${feature.name}`, entry.type, feature.type);
    if (isCategorical(feature) && "values" in entry)
      expect(
        `reference.json: values of ${feature.name}`,
        entry.values,
        categoriesOf(feature).map(({ code }) => code),
      );
  });
  const widths = [...new Set(explainer.background.map((row) => row.length))];
  expect("explainer.json: values in each row of the background", widths, [names.length]);
  return problems;
}
