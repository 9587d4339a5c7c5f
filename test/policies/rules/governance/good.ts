import type { Props } from "../../../support/rule-suite";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
/** Digest of the image that the good release names; the good pod runs it. */
export const releasedImage = digest("a");

/** Inputs of a ModelService of a high-risk model with all its evidence. */
export function goodModelService(): Props {
  return {
    model: "scorer",
    purpose: "Recommends whether an application should be approved.",
    ownerTeam: "credit-risk",
    ownerContact: "credit-risk@example.com",
    riskTier: "high",
    notice: "A computer model recommends, a person decides.",
    governance: {
      impactAssessment: { named: digest("d"), found: digest("d") },
      biasAudit: {
        organisation: "Example Audits",
        version: "1.0.0",
        at: "2026-06-01T00:00:00Z",
        expired: false,
      },
    },
    environment: "prod",
    region: "eu-west-1",
    channel: "approval",
    strategy: "canary",
    maximumAge: "180 days",
    replicas: { min: 3, max: 30 },
    gpus: 0,
    protectedAttributes: ["race", "sex"],
    logRetention: "400 days",
    image: `111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/scorer@${releasedImage}`,
    verification: {
      signature: "trusted",
      keyid: digest("8"),
      format: "onnx",
      problems: [],
      expired: false,
    },
    release: {
      model: "scorer",
      version: "1.0.0",
      published: true,
      createdAt: "2026-11-24T12:00:00Z",
      digests: {
        model: digest("1"),
        data: digest("2"),
        code: digest("3"),
        contract: digest("4"),
        card: digest("5"),
        reference: digest("6"),
      },
      image: {
        repository: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/scorer",
        digest: releasedImage,
      },
      scan: {
        scanner: "Amazon ECR",
        at: "2026-11-24T12:30:00Z",
        digest: releasedImage,
        highest: "low",
      },
      evaluation: {
        rows: 591,
        metrics: {
          auc: { value: 0.82, low: 0.76, high: 0.87 },
          recall: { value: 0.96, low: 0.94, high: 0.98 },
        },
      },
      fairness: [
        {
          attribute: "race",
          metric: "selection-rate-ratio",
          value: 0.85,
          low: 0.8,
          high: 0.91,
          outcome: "held",
          notJudged: [],
          mitigated: true,
        },
        {
          attribute: "sex",
          metric: "equalized-odds-difference",
          value: 0.05,
          low: 0.01,
          high: 0.1,
          outcome: "held",
          notJudged: [],
          mitigated: false,
        },
      ],
      explanation: { method: "exact additive Shapley values", digest: digest("7") },
      approvals: [
        {
          role: "model-risk",
          at: "2026-11-24T13:00:00Z",
          actor: "risk@example.com",
          image: releasedImage,
          reference: "1".repeat(64),
        },
        {
          role: "ethics-board",
          at: "2026-11-24T14:00:00Z",
          actor: "chair@example.com",
          image: releasedImage,
          reference: "2".repeat(64),
        },
      ],
    },
  };
}
