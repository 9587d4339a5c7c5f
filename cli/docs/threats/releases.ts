import type { Threat } from "./threat";

/** Threats along the way of a model: its data, training, registry, promotion. */
export const releaseThreats: readonly Threat[] = [
  {
    id: "poisoned-data",
    stride: "tampering",
    story: "An attacker adds rows to the training data to change the model.",
    elements: ["Buckets", "Retraining"],
    flows: ["collection", "training"],
    rules: [
      "governance-model-data",
      "observability-trail-data-events",
      "reliability-bucket-versioning",
    ],
    tests: ["services/training/tests/test_steps.py", "services/training/tests/test_gates.py"],
    residual:
      "Poison that passes the data checks and the gates on held-out rows of the same source is not found.",
  },
  {
    id: "false-source",
    stride: "spoofing",
    story: "Somebody delivers data in the name of another source.",
    elements: ["Buckets"],
    flows: ["collection"],
    rules: ["access-bucket-public", "access-resource-public", "access-role-trust"],
    tests: ["services/training/tests/test_storage.py"],
    residual: "A source that is taken over delivers under its own name.",
  },
  {
    id: "training-data-disclosure",
    stride: "disclosure",
    story: "Somebody without authority reads training data.",
    elements: ["Buckets", "Retraining", "Encryption keys"],
    flows: ["collection", "training"],
    rules: [
      "encryption-bucket-kms",
      "encryption-bucket-tls",
      "access-key-policy",
      "governance-data-classification",
    ],
    tests: [
      "test/program/encryption-walk.test.ts",
      "services/training/tests/test_personal_data.py",
    ],
    residual:
      "The training steps read pseudonymised data; pseudonyms and rare values can be joined with other knowledge.",
  },
  {
    id: "data-flood",
    stride: "denial",
    story: "Too much or broken data stops every retraining.",
    elements: ["Retraining"],
    flows: ["collection", "training"],
    rules: ["workloads-workflow-deadline", "workloads-workflow-retries"],
    tests: ["services/training/tests/test_kill.py", "services/training/tests/test_steps.py"],
    residual: "The current model continues and ages; its decay alert reports that.",
  },
  {
    id: "retraining-loop",
    stride: "denial",
    story: "Alerts, real or forged, start retrainings without end and spend the budget.",
    elements: ["Retraining", "Observability"],
    flows: ["webhook"],
    rules: [
      "workloads-workflow-concurrency",
      "workloads-workflow-deadline",
      "cost-gpu-asked",
      "cost-node-pool-limits",
    ],
    tests: ["test/infra/workflows/retraining/retraining.test.ts"],
    residual:
      "An attacker can use up the contract's weekly retrainings, and a needed one then waits.",
  },
  {
    id: "false-webhook",
    stride: "spoofing",
    story: "A pod posts a forged alert to the retraining webhook.",
    elements: ["Retraining", "Tenancy"],
    flows: ["webhook"],
    rules: [
      "network-namespace-default-deny",
      "access-mesh-default-deny",
      "workloads-sensor-reference",
    ],
    tests: [
      "test/attacks/alert-webhook.test.ts",
      "test/infra/workflows/retraining/retraining.test.ts",
    ],
    residual:
      "An attacker in control of Alertmanager may start a retraining, which still has to pass every gate.",
  },
  {
    id: "swapped-release",
    stride: "tampering",
    story:
      "Model, card, manifest, image or a file that the model reads is changed after its evaluation.",
    elements: ["Image registry", "Model image", "Model service", "Signing key"],
    flows: ["release", "pull", "promotion"],
    rules: [
      "governance-model-attestation",
      "governance-model-format",
      "governance-model-signature",
      "governance-rollout-image",
      "access-repository-immutable",
      "workloads-pod-image-digest",
    ],
    tests: [
      "test/attacks/external-data.test.ts",
      "test/attacks/fabricated-release.test.ts",
      "test/cli/release/verify.test.ts",
      "test/services/model-server/release.test.ts",
      "services/training/tests/test_external_data.py",
      "services/training/tests/test_signing.py",
    ],
    residual:
      "A role whose IAM policy allows kms:Sign on the key can sign anything; the trail has each use. Where a stack trusts no key, as dev may, digests show accidents only: who can write the folder writes them anew.",
  },
  {
    id: "false-signature",
    stride: "spoofing",
    story:
      "Somebody signs a release in the pipeline's name, or adds a key of their own to the trusted ones.",
    elements: ["Signing key", "Platform roles"],
    flows: ["release", "provision"],
    rules: ["governance-model-signature", "access-key-policy", "encryption-key-deletion-window"],
    tests: [
      "test/policies/rules/governance/trust.test.ts",
      "test/cli/release/verify.test.ts",
      "services/training/tests/test_signing.py",
    ],
    residual:
      "A person who may merge a change of `causeway:trustedKeys` decides whom the platform trusts.",
  },
  {
    id: "false-registry",
    stride: "spoofing",
    story: "A pod runs an image from another registry.",
    elements: ["Image registry", "Cluster"],
    flows: ["pull"],
    rules: [
      "workloads-pod-image-registry",
      "workloads-pod-image-digest",
      "workloads-pod-image-latest",
    ],
    tests: ["test/policies/rules/workloads/images.test.ts"],
    residual:
      "Images of controllers come from their publishers' registries, by the charts' versions.",
  },
  {
    id: "pickle",
    stride: "elevation",
    story: "A model file executes code when it is loaded.",
    elements: ["Model service", "Retraining"],
    flows: ["release", "pull"],
    rules: ["governance-model-format", "governance-pod-pickle"],
    tests: [
      "test/policies/rules/governance/trust.test.ts",
      "test/services/model-server/release.test.ts",
    ],
    residual: "A flaw in the ONNX runtime's parser; the pod that loads it has no rights.",
  },
  {
    id: "image-disclosure",
    stride: "disclosure",
    story: "Somebody pulls an image and gets the model.",
    elements: ["Image registry"],
    flows: ["release", "pull"],
    rules: ["encryption-repository-kms", "access-resource-public", "network-vpc-endpoints"],
    tests: ["test/infra/aws/foundation.test.ts"],
    residual: "Every node may pull every image of the account.",
  },
  {
    id: "registry-loss",
    stride: "denial",
    story: "The registry is unavailable, or has deleted an image that a rollback needs.",
    elements: ["Image registry"],
    flows: ["release", "pull"],
    rules: ["cost-repository-lifecycle"],
    tests: ["test/infra/serving/images.test.ts", "test/infra/aws/foundation.test.ts"],
    residual:
      "New pods of a region wait while its registry and the copy are both unavailable; running pods continue.",
  },
  {
    id: "bad-release",
    stride: "denial",
    story: "A release that is slow, wrong or unfair gets all traffic.",
    elements: ["Model service"],
    flows: ["promotion"],
    rules: [
      "reliability-rollout-analysis",
      "reliability-rollout-canary-steps",
      "reliability-analysis-conditions",
      "governance-rollout-human-gate",
    ],
    tests: ["test/e2e/delivery.ts", "test/infra/gates/simulations.test.ts"],
    residual: "Harm to the requests that the canary answers until a gate refuses it.",
  },
  {
    id: "false-order",
    stride: "tampering",
    story:
      "Somebody orders a region to take a release that home did not promote, or nobody approved.",
    elements: ["Follower", "Buckets"],
    flows: ["orders", "following"],
    rules: [
      "access-admission-duties",
      "encryption-bucket-tls",
      "access-policy-wildcard",
      "observability-trail-data-events",
    ],
    tests: [
      "test/attacks/fabricated-release.test.ts",
      "test/services/delivery/follow.test.ts",
      "test/infra/workflows/retraining/follower.test.ts",
      "test/e2e/promotion.ts",
    ],
    residual:
      "An attacker in control of the home promoter may order any approved image, or any image of a model that needs no approval; each region still puts it on trial.",
  },
  {
    id: "promoter-takeover",
    stride: "elevation",
    story:
      "Code in the promoter's pods changes more than a release: a gate, a command, another workload.",
    elements: ["Retraining", "Follower"],
    flows: ["promotion", "following"],
    rules: ["access-admission-duties", "access-rbac-wildcard", "access-rbac-escalation"],
    tests: [
      "test/infra/workflows/retraining/follower.test.ts",
      "test/e2e/promotion.ts",
      "test/e2e/attacks/workflows.ts",
      "test/e2e/attacks/running-workflows.ts",
    ],
    residual:
      "It may put any digest of the model's own repository on trial; before all traffic a high-risk one waits for its approvals. It may add entries to the ledger; on AWS these approve nothing.",
  },
  {
    id: "order-disclosure",
    stride: "disclosure",
    story: "Somebody without authority reads an order.",
    elements: ["Buckets"],
    flows: ["orders"],
    rules: ["encryption-bucket-kms", "encryption-bucket-tls", "access-bucket-public"],
    tests: ["test/infra/workflows/retraining/follower.test.ts"],
    residual:
      "Every reader of the artefact bucket can read orders; a manifest holds measurements and digests, and no row.",
  },
  {
    id: "order-lost",
    stride: "denial",
    story: "An order or its answer does not arrive, and a region keeps the old version.",
    elements: ["Follower"],
    flows: ["orders"],
    rules: [],
    tests: ["test/services/delivery/follow.test.ts", "test/infra/observability/promtool/parity.ts"],
    residual:
      "The promotion times out in that region, and no later region is asked; the alert on regions that differ reports it.",
  },
];
