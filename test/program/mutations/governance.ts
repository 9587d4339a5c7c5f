import { modelsFolder } from "../../harness/fixtures";
import { loadRelease } from "../../../services/evidence/load";
import { verdict } from "../../support/verdicts";
import { gone } from "../mutation";
import { server, rollout, service, data, audit, logs, logSettings, type Row } from "./targets";

export const governance: readonly Row[] = [
  // Governance
  ["governance-audit-lock", `${audit("lock")} `],
  ["governance-audit-lock-mode", `${audit("lock")} `, "rule/defaultRetention/mode", "GOVERNANCE"],
  ["governance-audit-retention", `${audit("lock")} `, "rule/defaultRetention/days", 90],
  [
    "governance-data-classification",
    "foundation-buckets-artifacts-eu-west-1 s3/bucket:Bucket",
    "tags/causeway:classification",
    gone,
  ],
  [
    "governance-data-classification",
    "foundation-registry-training-eu-west-1 :Repository",
    "tags",
    gone,
  ],
  [
    "governance-data-classification",
    "foundation-metrics :Workspace",
    "tags",
    { "causeway:classification": "secret" },
  ],
  ["governance-data-classification", logs, "metadata/labels", gone],
  [
    "governance-data-retention",
    `${data("lifecycle")} `,
    "rules",
    (rules: { id: string }[]) => rules.filter(({ id }) => id !== "superseded"),
  ],
  [
    "governance-data-retention",
    `${data("lifecycle")} `,
    "rules",
    (rules: { id: string; expiration?: { days?: number } }[]) =>
      rules.map((rule) =>
        rule.id === "end-of-retention" ? { ...rule, expiration: { days: 9_000 } } : rule,
      ),
  ],
  [
    "governance-log-group-retention",
    "eu-west-1-network-flow-logs :LogGroup",
    "retentionInDays",
    30,
  ],
  [
    "governance-log-lifecycle",
    logSettings,
    "data/lifecycle-predictions.json",
    (text: string) => text.replace('"min_age":"400d"', '"min_age":"90d"'),
  ],
  ["governance-log-lifecycle", logSettings],
  [
    "governance-log-snapshots",
    logSettings,
    "data/requests",
    (text: string) => text.replace(/^PUT \/_snapshot.*\n/, ""),
  ],
  ["governance-model-owner", service, "ownerTeam", gone],
  ["governance-model-risk-tier", service, "riskTier", "prohibited"],
  ["governance-model-card", service, "release/digests/card", gone],
  ["governance-model-data", service, "release/digests/data", gone],
  ["governance-model-code", service, "release/digests/code", gone],
  ["governance-model-artifact", service, "release/digests/model", "latest"],
  [
    "governance-model-attestation",
    service,
    "verification/problems",
    ["digest of model.onnx: got another"],
  ],
  ["governance-model-attestation", service, "verification", gone],
  ["governance-model-signature", service, "release/published", true],
  ["governance-model-signature", service, "verification/signature", "untrusted"],
  ["governance-model-scan", service, "release/published", true],
  ["governance-model-format", service, "verification/format", "pickle"],
  ["governance-model-age", service, "verification/expired", true],
  ["governance-model-evaluation", service, "release/evaluation/rows", 0],
  [
    "governance-model-intervals",
    service,
    "release/evaluation/metrics/auc",
    { value: 0.8, low: 0.9, high: 0.7 },
  ],
  ["governance-model-fairness", service, "release/fairness/0/outcome", "failed"],
  ["governance-model-explanation", service, "release/explanation", gone],
  ["governance-model-approval-channel", service, "channel", "automatic"],
  ["governance-model-log-retention", service, "logRetention", "30 days"],
  [
    "governance-model-verdict",
    service,
    "verdicts",
    [verdict({ digest: loadRelease(modelsFolder, "loan-approval").image.digest })],
  ],
  [
    "governance-model-verdict",
    service,
    "verdicts",
    [
      verdict({
        digest: loadRelease(modelsFolder, "loan-approval").image.digest,
        outcome: "aborted",
        region: "eu-central-1",
      }),
    ],
  ],
  ["governance-model-assessment", service, "governance/impactAssessment/named", gone],
  ["governance-model-assessment", service, "governance/impactAssessment/found", gone],
  [
    "governance-model-assessment",
    service,
    "governance/impactAssessment/found",
    `sha256:${"0".repeat(64)}`,
  ],
  ["governance-model-notice", service, "notice", gone],
  ["governance-model-bias-audit", service, "release/published", true],
  ["governance-route-kill-switch", "eu-west-1-loan-approval-routes :VirtualService"],
  [
    "governance-route-kill-switch",
    "eu-west-1-loan-approval-routes :VirtualService",
    "spec/http",
    [],
  ],
  [
    "governance-rollout-human-gate",
    rollout,
    "spec/strategy/canary/steps",
    (steps: { pause?: { duration?: string } }[]) =>
      steps.filter((step) => step.pause?.duration !== undefined || step.pause === undefined),
  ],
  ["governance-pod-pickle", rollout, `${server}/args`, ["--model", "/models/model.pkl"]],
  // Cost
  ["cost-platform-budget", "cost :StackCost", "estimatedMonthlyUsd", 1_000_000],
  ["cost-bucket-lifecycle", `${data("lifecycle")} `],
  [
    "cost-repository-lifecycle",
    "foundation-registry-training-eu-west-1-lifecycle :LifecyclePolicy",
  ],
  ["cost-node-pool-limits", "eu-west-1-cluster-nodes-general :NodePool", "spec/limits", gone],
  ["cost-provider-tags", "eu-west-1 pulumi:providers:aws", "defaultTags", gone],
];
