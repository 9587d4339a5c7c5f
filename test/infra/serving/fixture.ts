import { loadContract } from "../../../services/contract/load";
import { releaseSchema } from "../../../services/evidence/release";
import type { ModelServiceArgs } from "../../../infra/serving/model-service";
import type { ServingSettings } from "../../../infra/serving/definition";
import { runbookBase } from "../../support/runbooks";
import { modelsFolder } from "../../harness/fixtures";

/** A digest whose 64 digits are all the same. */
export const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;

export const contract = loadContract(modelsFolder, "loan-approval");

export const release = releaseSchema.parse({
  model: "loan-approval",
  version: "1.4.0",
  published: true,
  createdAt: "2026-11-20T03:00:00Z",
  digests: Object.fromEntries(
    Object.keys(releaseSchema.shape.digests.shape).map((subject, i) => [
      subject,
      digestOf((i + 1).toString(16)),
    ]),
  ),
  image: { repository: "loan-approval", digest: digestOf("a") },
  scan: {
    scanner: "Amazon ECR",
    at: "2026-11-20T04:00:00Z",
    digest: digestOf("a"),
    highest: "none",
  },
  bills: { server: digestOf("b"), training: digestOf("c") },
  gates: [{ gate: "auc", value: 0.81, min: 0.75, passed: true }],
  compression: { kept: "original" },
  evaluation: { rows: 497, metrics: { auc: { value: 0.81, low: 0.77, high: 0.85 } } },
  fairness: contract.gates.fairness.map(({ attribute, metric }) => ({
    attribute,
    metric,
    value: 0.86,
    low: 0.81,
    high: 0.91,
    outcome: "held",
    notJudged: [],
    mitigated: true,
  })),
  explanation: { method: "tree-shap", digest: digestOf("7") },
  approvals: [
    {
      role: "model-risk",
      at: "2026-11-21T09:00:00Z",
      actor: "risk@example.com",
      image: digestOf("a"),
      reference: "1".repeat(64),
    },
    {
      role: "ethics-board",
      at: "2026-11-21T10:00:00Z",
      actor: "chair@example.com",
      image: digestOf("a"),
      reference: "2".repeat(64),
    },
  ],
});

export const image = `444455556666.dkr.ecr.eu-west-1.amazonaws.com/loan-approval@${digestOf("a")}`;

export const settings: ServingSettings = {
  contract,
  release,
  environment: "prod",
  region: "eu-west-1",
  regions: 1,
  replicas: { min: 3, max: 30 },
  host: "models.example.com",
  governance: {
    impactAssessment: { named: digestOf("e"), found: digestOf("e") },
    biasAudit: {
      organisation: "Example Audits",
      version: "1.0.0",
      at: "2026-06-01T00:00:00Z",
      expired: false,
    },
  },
  verification: {
    signature: "trusted",
    keyid: digestOf("d"),
    format: "onnx",
    problems: [],
    expired: false,
  },
  prometheusAddress: "http://prometheus-operated.causeway-observability.svc:9090",
};

export const args: ModelServiceArgs = {
  ...settings,
  image,
  keyRing: `k1 ${"7".repeat(48)}\n`,
  runbookBase,
};

export function withRelease(change: Partial<typeof contract.release>): ServingSettings {
  return { ...settings, contract: { ...contract, release: { ...contract.release, ...change } } };
}

export function withServing(change: Partial<typeof contract.serving>): ServingSettings {
  return { ...settings, contract: { ...contract, serving: { ...contract.serving, ...change } } };
}
