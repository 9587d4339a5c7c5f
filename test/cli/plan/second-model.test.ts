import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { dump, load } from "js-yaml";
import { syntheticProject } from "../../../lab/bench/project";
import { attest } from "../../../cli/release/attestation";
import { digestOf } from "../../../services/contract/digests";

const root = resolve(__dirname, "..", "..", "..");
const name = "model-002";
let folder = "";
beforeAll(() => {
  folder = syntheticProject(root, 2, "prod");
  const model = join(folder, "services", "models", name);
  const contract = load(readFileSync(join(model, "model.yaml"), "utf8")) as Record<
    string,
    Record<string, unknown>
  >;
  const kept = Object.fromEntries(
    Object.entries(contract).filter(([key]) => key !== "impactAssessment" && key !== "notice"),
  );
  const other = {
    ...kept,
    riskTier: "minimal",
    purpose: "Sorts archived samples for a second look.",
    target: { column: "kind", positive: 0, positiveLabel: "malignant", negativeLabel: "benign" },
    features: [
      {
        name: "mean_radius",
        type: "float",
        unit: "millimetres",
        min: 0,
        max: 100,
        description: "Mean radius",
        classification: "internal",
      },
    ],
    protectedAttributes: [],
    data: {
      source: "data.csv",
      minimumRows: 500,
      maximumMissing: 0,
      classification: "internal",
      subjectColumn: "patient",
    },
    gates: { ...contract["gates"], fairness: [] },
    slos: { ...contract["slos"], availability: 0.99 },
    release: { ...contract["release"], channel: "automatic", strategy: "shadow" },
    retention: { predictionLogs: "60 days", trainingData: "365 days", artifacts: "730 days" },
  };
  writeFileSync(join(model, "model.yaml"), dump(other));
  const file = join(model, "release", "manifest.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  const digest = digestOf(readFileSync(join(model, "model.yaml")));
  writeFileSync(
    file,
    JSON.stringify({
      ...manifest,
      fairness: [],
      digests: { ...manifest.digests, contract: digest },
    }),
  );
  attest(join(model, "release"), []);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("a second model of minimal risk, with a shadow release and no groups, plans cleanly beside one of high risk", () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ["cli/causeway.mjs", "plan", "--stack", "bench", "--json"],
    { cwd: folder, encoding: "utf8", maxBuffer: 1 << 30 },
  );
  const { stacks, failures } = JSON.parse(stdout) as {
    failures: unknown[];
    stacks: {
      violations: { rule: string; enforcement: string; message: string }[];
      resources: { type: string; name: string; inputs: unknown }[];
    }[];
  };
  const mandatory = stacks
    .flatMap(({ violations }) => violations)
    .filter(({ enforcement }) => enforcement === "mandatory");
  expect(mandatory).toEqual([]);
  expect({ status, failures }).toEqual({ status: 0, failures: [] });
  const [stack] = stacks;
  expect(
    new Set(
      stack!.violations.filter(({ message }) => message.includes(name)).map(({ rule }) => rule),
    ),
  ).toEqual(new Set(["governance-model-published", "governance-model-signed"]));
  const own = stack!.resources.filter((resource) => resource.name.includes(name));
  expect(own.some(({ type }) => type === "kubernetes:argoproj.io/v1alpha1:Rollout")).toBe(true);
  const ownRules = own.filter(({ type }) => type.endsWith(":PrometheusRule"));
  expect(ownRules.length).toBeGreaterThan(0);
  expect(JSON.stringify(ownRules)).not.toMatch(/race|hispanic|loanprc|model-001|loan-approval/);
});
