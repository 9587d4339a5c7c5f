import { createHash } from "node:crypto";
import type { Feature } from "./contract";
import { dateText, normal, timestampMicroseconds, type FeatureValue } from "./values";

/**
 * A model sees numbers. Here a value of the data and of a request becomes the number that stands
 * for it, its code, and the other way round; `causeway_training/encoding.py` says the same to the
 * training steps, and test/contracts holds the two equal.
 */

/** What is wrong with a value: its kind, a quantity out of bounds, none of the categories. */
export type EncodingProblem = "type" | "range" | "category";

/** A feature with countable values. */
export type CategoricalFeature = Extract<
  Feature,
  { readonly type: "category" | "boolean" | "text" }
>;

/** Whether the codes of a feature are names and no quantities. */
export function isCategorical(feature: Feature): feature is CategoricalFeature {
  return feature.type === "category" || feature.type === "boolean" || feature.type === "text";
}

/** Whether a feature is a number in the data too. */
export function isNumeric(
  feature: Feature,
): feature is Extract<Feature, { readonly type: "float" | "integer" }> {
  return feature.type === "float" || feature.type === "integer";
}

/** The code of each category with its name, in the order of the codes' bins. */
export function categoriesOf(
  feature: CategoricalFeature,
): readonly { readonly code: number; readonly label: string }[] {
  switch (feature.type) {
    case "category":
      return feature.values.map((value, i) => ({
        code: typeof value === "number" ? value : i,
        label: String(value),
      }));
    case "boolean":
      return [
        { code: 0, label: "false" },
        { code: 1, label: "true" },
      ];
    case "text":
      return Array.from({ length: feature.buckets }, (_, code) => ({ code, label: String(code) }));
  }
}

/** Reads a value: its code, or what is wrong with it. */
export function encoder(feature: Feature): (value: unknown) => number | EncodingProblem {
  switch (feature.type) {
    case "category": {
      const codes = new Map<unknown, number>(
        feature.values.map((value, i) => [normal(value), typeof value === "number" ? value : i]),
      );
      const kind = typeof feature.values[0];
      return (value) => codes.get(normal(value)) ?? (typeof value === kind ? "category" : "type");
    }
    case "boolean":
      return (value) => (typeof value === "boolean" ? Number(value) : "type");
    case "text": {
      const { buckets, maxLength } = feature;
      return (value) => {
        // An empty text of the data is a missing one.
        if (typeof value !== "string" || value === "") return "type";
        const text = normal(value);
        return [...text].length > maxLength ? "range" : bucketOf(text, buckets);
      };
    }
    case "date":
    case "timestamp": {
      const read = timeReader(feature);
      const [min, max] = [read(feature.min) ?? NaN, read(feature.max) ?? NaN];
      return (value) => {
        const at = typeof value === "string" ? read(value) : undefined;
        if (at === undefined) return "type";
        return at >= min && at <= max ? (at - min) / dayMicroseconds : "range";
      };
    }
    case "float":
    case "integer":
      return bounded(feature.min, feature.max, feature.type === "integer");
  }
}

/** Checks a number that is a code already, as a tensor has it: the code, or what is wrong. */
export function codeReader(feature: Feature): (value: unknown) => number | EncodingProblem {
  if (isCategorical(feature)) {
    const codes = new Set(categoriesOf(feature).map(({ code }) => code));
    return (value) => (typeof value !== "number" ? "type" : codes.has(value) ? value : "category");
  }
  if (feature.type === "date" || feature.type === "timestamp") {
    const read = timeReader(feature);
    const most = (read(feature.max) ?? NaN) - (read(feature.min) ?? NaN);
    return bounded(0, most / dayMicroseconds, feature.type === "date");
  }
  return bounded(feature.min, feature.max, feature.type === "integer");
}

function bounded(
  min: number,
  max: number,
  whole: boolean,
): (value: unknown) => number | EncodingProblem {
  return (value) => {
    if (typeof value !== "number" || (whole && !Number.isInteger(value))) return "type";
    // Written so that NaN is out of range too.
    return value >= min && value <= max ? value : "range";
  };
}

/** A value that has this code, as a request has it: of a text, any that lies in the bucket. */
export function decoder(feature: Feature): (code: number) => FeatureValue {
  switch (feature.type) {
    case "category": {
      const { values } = feature;
      return (code) => (typeof values[0] === "number" ? code : (values[code] ?? code));
    }
    case "boolean":
      return (code) => code === 1;
    case "text": {
      const texts = textOfBuckets(feature.buckets);
      return (code) => texts[code] ?? "";
    }
    case "date":
    case "timestamp": {
      const first = timeReader(feature)(feature.min) ?? NaN;
      return (code) => {
        const text = new Date((first + code * dayMicroseconds) / 1_000).toISOString();
        return feature.type === "date" ? text.slice(0, 10) : text;
      };
    }
    case "float":
    case "integer":
      return (code) => code;
  }
}

/** One text in each bucket; a bucket takes as many tries as there are, on average. */
function textOfBuckets(buckets: number): string[] {
  const texts: string[] = [];
  for (let n = 0, found = 0; found < buckets; n += 1) {
    const bucket = bucketOf(String(n), buckets);
    if (texts[bucket] !== undefined) continue;
    texts[bucket] = String(n);
    found += 1;
  }
  return texts;
}

/** Bucket of a text: the first four bytes of its SHA-256, big-endian, modulo the buckets. */
function bucketOf(text: string, buckets: number): number {
  return createHash("sha256").update(text).digest().readUInt32BE() % buckets;
}

const dayMicroseconds = 86_400_000_000;

/** Reads a feature's texts; undefined for one that is no time of its type. */
function timeReader({ type }: { readonly type: "date" | "timestamp" }) {
  return (text: string) =>
    type === "date" && !dateText.test(text) ? undefined : timestampMicroseconds(text);
}
