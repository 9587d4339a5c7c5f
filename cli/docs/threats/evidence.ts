import type { Threat } from "./threat";

/** Threats to evidence, the data of subjects, keys and detection. */
export const evidenceThreats: readonly Threat[] = [
  {
    id: "denied-action",
    stride: "repudiation",
    story: "Somebody denies a release, an approval, an override or an erasure.",
    elements: ["Buckets", "Audit trail"],
    flows: ["ledger", "change", "administration"],
    rules: [
      "observability-trail-present",
      "observability-trail-regions",
      "observability-trail-validation",
      "observability-cluster-logs",
      "governance-audit-retention",
    ],
    tests: ["test/services/evidence/ledger/ledger.test.ts", "test/cli/audit/audit.test.ts"],
    residual:
      "An entry names the actor that the program who wrote it says: who may add entries can name somebody else. On AWS the trail's event of the object says which session wrote it; on a volume nothing does. An approval counts only with the witness or the key of its role.",
  },
  {
    id: "ledger-change",
    stride: "tampering",
    story:
      "An entry is removed, changed or inserted, the end of the ledger is cut off, or the whole is written again.",
    elements: ["Buckets", "Ledger checkpoints"],
    flows: ["ledger", "approvals", "checkpoints"],
    rules: ["governance-audit-lock", "governance-audit-lock-mode", "access-ledger-checkpoints"],
    tests: [
      "test/attacks/ledger-bucket.test.ts",
      "test/attacks/ledger-checkpoint.test.ts",
      "test/services/evidence/ledger/ledger.test.ts",
      "test/cli/evidence/changed.test.ts",
    ],
    residual:
      "Entries that have no checkpoint yet, for about five minutes, may be cut off the end unseen. An administrator of the account who changes bucket and key policy, and deletes versions once their lock has ended, may write ledger and checkpoints again; evidence archives contain both. A ledger on a volume has no checkpoint: only the last hash, noted outside, shows a cut-off end.",
  },
  {
    id: "ledger-disclosure",
    stride: "disclosure",
    story: "The ledger reveals names of subjects.",
    elements: ["Buckets"],
    flows: ["ledger", "approvals", "checkpoints", "erasure"],
    rules: ["encryption-bucket-kms", "access-bucket-public"],
    tests: [
      "test/services/delivery/record-erasure.test.ts",
      "test/services/evidence/ledger/repository.test.ts",
    ],
    residual: "Names of operators are kept, as they must be.",
  },
  {
    id: "ledger-fork",
    stride: "denial",
    story: "Two writers, or one that crashed, block or fork the ledger.",
    elements: ["Buckets"],
    flows: ["ledger", "checkpoints"],
    rules: ["reliability-bucket-replication"],
    tests: ["test/attacks/ledger-bucket.test.ts", "test/services/evidence/ledger/ledger.test.ts"],
    residual: "A person must remove the lock of a crashed process.",
  },
  {
    id: "unlawful-erasure",
    stride: "tampering",
    story: "Somebody uses erasure to remove evidence, or an erasure leaves data behind.",
    elements: ["Erasure", "Buckets"],
    flows: ["erasure"],
    rules: ["access-separation-of-duties", "governance-data-retention"],
    tests: [
      "test/attacks/subject-spelling.test.ts",
      "test/services/delivery/record-erasure.test.ts",
      "test/infra/workflows/erasure/erasure.test.ts",
      "services/training/tests/test_attacks.py",
      "services/training/tests/test_erasing.py",
    ],
    residual:
      "Two people together can remove rows that were evidence: one asks, another answers. The ledger has the erasure, and the cluster's audit log has both people. Code in the pods that erase needs nobody, and the trail has what they delete. Copies that were taken out of the platform stay.",
  },
  {
    id: "blocked-erasure",
    stride: "denial",
    story: "A subject's erasure fails and nobody notices.",
    elements: ["Erasure"],
    flows: ["erasure"],
    rules: ["workloads-workflow-deadline", "workloads-workflow-retries"],
    tests: [
      "test/infra/workflows/erasure/erasure.test.ts",
      "services/training/tests/test_erasing.py",
    ],
    residual: "Locked logs keep a pseudonym until its key is gone.",
  },
  {
    id: "false-erasure-order",
    stride: "tampering",
    story:
      "Somebody orders a region to erase log lines without an approved erasure, or reports in a region's name that nothing is left.",
    elements: ["Region eraser", "Buckets"],
    flows: ["erasure-orders", "region-erasure"],
    rules: [
      "access-separation-of-duties",
      "governance-erasure-approval",
      "access-policy-wildcard",
      "observability-trail-data-events",
    ],
    tests: [
      "services/training/tests/test_erasing_orders.py",
      "test/infra/workflows/erasure/region-eraser.test.ts",
      "test/program/access-mutations.ts",
    ],
    residual:
      "An attacker in control of the home eraser may order the deletion of any subject's lines, as it may erase the data store; one in control of a region's eraser may delete its lines and report a false result.",
  },
  {
    id: "erasure-order-disclosure",
    stride: "disclosure",
    story: "An order reveals who asked for erasure.",
    elements: ["Buckets"],
    flows: ["erasure-orders"],
    rules: ["encryption-bucket-kms", "encryption-bucket-tls", "access-bucket-public"],
    tests: [
      "services/training/tests/test_erasing_regions.py",
      "test/infra/aws/bucket-retention.test.ts",
    ],
    residual:
      "Every reader of the artefact bucket can read the pseudonyms of an order until it is closed, at most 30 days.",
  },
  {
    id: "erasure-order-lost",
    stride: "denial",
    story: "A region does not get an order, or its answer is lost, and its lines stay.",
    elements: ["Region eraser"],
    flows: ["erasure-orders", "region-erasure"],
    rules: [],
    tests: [
      "services/training/tests/test_erasing_regions.py",
      "test/services/delivery/record-erasure.test.ts",
      "test/infra/observability/promtool/erasure.ts",
    ],
    residual:
      "The erasure is recorded as incomplete and an alert fires; without a reaction the legal month passes.",
  },
  {
    id: "key-theft",
    stride: "disclosure",
    story: "Somebody reads the ring of pseudonym keys and can identify people.",
    elements: ["Subject keys", "Encryption keys"],
    flows: ["pseudonyms"],
    rules: ["access-rbac-secrets", "encryption-secret-kms", "access-key-policy"],
    tests: ["test/infra/stack/subject-keys.test.ts", "test/services/model-server/config.test.ts"],
    residual:
      "Model servers, training steps and erasures hold the ring. Who administers a cluster, or can decrypt Pulumi's state, reads it.",
  },
  {
    id: "key-swap",
    stride: "tampering",
    story: "Somebody replaces the ring, so that a subject is no longer found.",
    elements: ["Subject keys"],
    flows: ["pseudonyms"],
    rules: ["access-rbac-wildcard"],
    tests: ["test/infra/stack/subject-keys.test.ts"],
    residual:
      "A rotation that drops an old key makes old pseudonyms unreadable for good; erasure of locked logs uses that.",
  },
  {
    id: "key-loss",
    stride: "denial",
    story: "A KMS key or the ring is deleted or disabled, and all data with it.",
    elements: ["Encryption keys", "Subject keys"],
    flows: ["pseudonyms", "training"],
    rules: [
      "encryption-key-deletion-window",
      "encryption-key-multi-region",
      "encryption-key-rotation",
    ],
    tests: ["test/infra/aws/foundation.test.ts", "test/infra/aws/key-policy.test.ts"],
    residual: "A disabled key stops the stores of its region until a person enables it.",
  },
  {
    id: "silent-detection",
    stride: "repudiation",
    story: "An intruder switches off the detection.",
    elements: ["Threat detection", "Audit trail"],
    flows: ["administration"],
    rules: [
      "observability-threat-detection",
      "access-analyzer-region",
      "observability-trail-regions",
      "observability-vpc-flow-logs",
    ],
    tests: ["test/policies/rules/observability/aws.test.ts", "test/infra/aws/foundation.test.ts"],
    residual:
      "The boundary holds the platform's roles only: the identity that runs `pulumi up` and an administrator of the account can switch the detection off, and the trail has it. A person has to read the findings; the platform only keeps them.",
  },
  {
    id: "lateral-movement",
    stride: "elevation",
    story: "A compromised pod reaches other services and the internet.",
    elements: ["Network", "Tenancy", "Mesh"],
    flows: ["inference", "scrape"],
    rules: [
      "network-namespace-default-deny",
      "network-policy-allow-all",
      "network-security-group-default",
      "network-security-group-ingress",
      "network-subnet-public-address",
      "network-service-type",
      "access-mesh-default-deny",
      "access-pod-proxy",
      "network-admin-policy",
      "network-service-entry",
    ],
    tests: [
      "test/infra/platform/network-policies.test.ts",
      "test/policies/rules/network/cluster.test.ts",
      "test/infra/region/network.test.ts",
      "test/attacks/changes.test.ts",
    ],
    residual:
      "A compromised pod reaches what its own duties allow. A training step asks DNS for any name, and reads any public bucket of its region: both carry data out slowly. Alertmanager, istiod, erasures and what follows the home region reach any address on 443.",
  },
];
