import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load as parseYaml } from "js-yaml";
import { contractJson, contractSchema } from "../../../services/contract/contract";
import { InputError, parseOrThrow } from "../../../services/contract/problems";
import { set, unset } from "../../support/rule-suite";
import { modelFolder } from "../../harness/fixtures";

const file = join(modelFolder, "model.yaml");
const good = parseYaml(readFileSync(file, "utf8")) as Record<string, unknown>;

/** Problems as `key: allowed`. */
function problems(input: unknown): string[] {
  try {
    parseOrThrow(contractSchema, input, "model.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(({ key, allowed }) => `${key}: ${allowed}`);
  }
}

/** Dotted paths of every key in the contract, lists by index. */
function pathsOf(value: unknown, prefix = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    `${prefix}${key}`,
    ...pathsOf(inner, `${prefix}${key}.`),
  ]);
}

/** A dotted path as problems write it: `features.0.name` is `features[0].name`. */
const written = (path: string) => path.replace(/\.(\d+)/g, "[$1]");

const paths = pathsOf(good);
const objects = [
  "",
  ...paths.filter((path) => !Array.isArray(get(path)) && typeof get(path) === "object"),
];

function get(path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => Reflect.get(value as object, key), good);
}

describe("the contract of the sample", () => {
  it("is valid", () => {
    expect(problems(good)).toEqual([]);
  });

  it("fills in what may be left out", () => {
    expect(
      contractSchema.parse(unset(unset(good, "data.directIdentifiers"), "serving.gpu")),
    ).toEqual(contractSchema.parse(good));
  });
});

test("a contract in JSON is what the schema makes of it, and is read again as it was", () => {
  const contract = contractSchema.parse(good);
  const json: unknown = JSON.parse(contractJson(contract));
  expect(json).toEqual(contractSchema.encode(contract));
  expect(contractSchema.parse(json)).toEqual(contract);
});

describe("a bad contract", () => {
  it.each<[string, unknown, string[]]>([
    [
      "gates.improvement",
      undefined,
      [
        "gates.improvement: { metric: accuracy, precision, recall, f1, auc, brier; significance: a number from 0 to 1 }",
      ],
    ],
    [
      "gates.fairness",
      undefined,
      ["gates.fairness: a list of gates over protected attributes, [] for none"],
    ],
    ["target", "approve", ["target: a mapping of keys"]],
    ["riskTier", "severe", ['riskTier: one of "minimal"|"limited"|"high"|"prohibited"']],
    ["owner.contact", "credit-risk", ["owner.contact: an e-mail address of the owning team"]],
    ["features", [], ["features: at least one feature"]],
    [
      "features.0.type",
      "number",
      [
        "features[0].type: a feature of type float, integer, boolean, category, text, date or timestamp",
      ],
    ],
    ["features.0.name", "obrat", ["features[2].name: a name that no other feature has"]],
    ["features.0.min", 3000, ["features[0].min: less than max (2000)"]],
    ["features.8.values", [1], ["features[8].values: at least two values"]],
    [
      "protectedAttributes.0.name",
      "obrat",
      [
        "protectedAttributes[0].name: an attribute that is not a feature: it is audited, never predicted from",
        "gates.fairness[0].attribute: a protected attribute: obrat, sex",
      ],
    ],
    [
      "protectedAttributes.0.reference",
      "green",
      ["protectedAttributes[0].reference: one of its groups: black, hispanic, white"],
    ],
    [
      "protectedAttributes.0.groups.0.column",
      "obrat",
      ["protectedAttributes[0].groups[0].column: a column that is not a feature"],
    ],
    ["gates.performance.0.max", 0.9, ["gates.performance[0]: exactly one of min and max"]],
    ["gates.fairness.0.min", 1.5, ["gates.fairness[0].min: a number from 0 to 1"]],
    [
      "slos.latencyP99",
      "100 ms",
      ['slos.latencyP99: a latency such as "100 milliseconds" or "2 seconds"'],
    ],
    ["serving.replicas", { min: 5, max: 3 }, ["serving.replicas: min at most max"]],
    ["serving.cpu", "0.5", ["serving.cpu: a CPU quantity such as 500m or 2"]],
    [
      "riskTier",
      "prohibited",
      [
        "riskTier: minimal, limited or high: a prohibited practice (EU AI Act Art. 5) is never trained, released or served",
      ],
    ],
    [
      "notice",
      undefined,
      ["notice: what people are told of the machine's part, because the risk tier is high"],
    ],
    [
      "impactAssessment",
      undefined,
      [
        "impactAssessment: the digest of impact-assessment.md beside the contract, because the risk tier is high",
      ],
    ],
    [
      "impactAssessment",
      "sha256:1",
      ["impactAssessment: a digest: sha256: and 64 hexadecimal digits"],
    ],
    ["gates.fairness", [], ["gates.fairness: at least one gate, because the risk tier is high"]],
    ["release.channel", "automatic", ["release.channel: approval, because the risk tier is high"]],
    ["retraining.schedule", "daily", ["retraining.schedule: five cron fields, in UTC"]],
    [
      "retention.predictionLogs",
      "182 days",
      [
        "retention.predictionLogs: at least 183 days, because the risk tier is high (EU AI Act Art. 19, 26(6))",
      ],
    ],
  ])("with %s set to %j says so", (path, value, expected) => {
    expect(problems(set(good, path, value))).toEqual(expected);
  });

  it("is told all its problems at once", () => {
    const bad = set(
      set(set(good, "riskTier", "severe"), "serving.memory", "512"),
      "slos.availability",
      99.9,
    );
    expect(problems(bad)).toEqual([
      'riskTier: one of "minimal"|"limited"|"high"|"prohibited"',
      "slos.availability: a number from 0 to 1",
      "serving.memory: a memory quantity such as 512Mi or 2Gi",
    ]);
  });

  it("of lower risk may go without approval and keep logs for less time", () => {
    const lower = set(
      set(set(good, "riskTier", "limited"), "release.channel", "automatic"),
      "retention.predictionLogs",
      "30 days",
    );
    expect(problems(lower)).toEqual([]);
  });
});

describe("the parser", () => {
  it("answers any input with a contract or with problems, never with a crash", () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
        (input) => problems(input).length > 0,
      ),
      { numRuns: 500 },
    );
  });

  it("survives any value in the place of any part, and blames that part or what depends on it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const found = problems(set(good, path, value));
        for (const problem of found) expect(problem).toMatch(/^[a-zA-Z]+.*: ./s);
        // A value of another kind is never let through, but where the data may have any.
        const scalar = /[.](positive|negative|equals|values[.]\d+)$/.test(path);
        const wrongKind =
          !(scalar && typeof value !== "object") &&
          (typeof value !== typeof get(path) ||
            Array.isArray(value) !== Array.isArray(get(path)) ||
            value === null);
        if (wrongKind)
          expect(found.some((problem) => problem.startsWith(written(path)))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("refuses an unknown key wherever it stands, and names it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...objects),
        fc.constantFrom("extra", "Name", "constructor", "toString", "x y"),
        fc.jsonValue(),
        (object, key, value) => {
          const path = object === "" ? key : `${object}.${key}`;
          expect(problems(set(good, path, value))).toEqual([
            `${written(path)}: no such key; docs/stack.schema.json lists those of a stack, docs/model.schema.json those of a contract`,
          ]);
        },
      ),
    );
  });

  it("misses every key that is not optional", () => {
    const optional =
      /(^|\.)(unit|optional|directIdentifiers|gpu|threshold|subjectColumn|timeColumn|privacy|epsilon)$/;
    const required = paths.filter((path) => !optional.test(path) && !/\.\d+$/.test(path));
    for (const path of required)
      expect({ path, missed: problems(unset(good, path)).length > 0 }).toEqual({
        path,
        missed: true,
      });
  });

  it("does not take a prototype for a key", () => {
    const evil = JSON.parse(
      JSON.stringify(good).replace(/^\{/, '{"__proto__":{"riskTier":"minimal"},'),
    ) as unknown;
    expect(problems(evil)).toEqual([
      "__proto__: no such key; docs/stack.schema.json lists those of a stack, docs/model.schema.json those of a contract",
    ]);
  });
});
