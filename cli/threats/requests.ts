import type { Threat } from "./threat";

/** Threats along the way of a request: caller, entry, mesh, model server. */
export const requestThreats: readonly Threat[] = [
  {
    id: "caller-without-token",
    stride: "spoofing",
    story: "Somebody calls a model as an application that they are not.",
    elements: ["Mesh", "Regional entry"],
    flows: ["request", "ingress"],
    rules: [
      "access-jwt-issuer",
      "access-mesh-jwt",
      "access-mesh-default-deny",
      "access-mesh-allow-all",
    ],
    tests: ["test/infra/platform/mesh.test.ts"],
    residual:
      "A stolen token works until it expires; how long that is the identity provider decides.",
  },
  {
    id: "false-region",
    stride: "spoofing",
    story: "Somebody answers DNS in place of the entry and takes the callers.",
    elements: ["Global entry"],
    flows: ["lookup"],
    rules: ["encryption-listener-tls"],
    tests: ["test/infra/aws/global-entry.test.ts"],
    residual:
      "The zone is not signed by DNSSEC; a caller that checks certificates sees a stranger, one that does not is lost.",
  },
  {
    id: "record-change",
    stride: "tampering",
    story: "Records send callers to a region that is down, stale or drained.",
    elements: ["Global entry"],
    flows: ["lookup"],
    rules: ["reliability-record-failover", "reliability-entry-drained"],
    tests: ["test/lab/gameday/gameday.test.ts", "test/lab/gameday/parity.test.ts"],
    residual:
      "Resolvers that ignore the time to live keep the old answer longer than the recovery time says.",
  },
  {
    id: "lookup-disclosure",
    stride: "disclosure",
    story: "Who watches DNS learns that somebody uses the platform.",
    elements: ["Global entry"],
    flows: ["lookup"],
    rules: [],
    tests: ["test/infra/aws/global-entry.test.ts"],
    residual:
      "Names of the entry are public, as every DNS name is; they hold no name of a person or a model.",
  },
  {
    id: "region-loss",
    stride: "denial",
    story: "A region is lost, or its health check lies.",
    elements: ["Global entry", "Network"],
    flows: ["lookup"],
    rules: [
      "reliability-entry-recovery-time",
      "reliability-region-loss",
      "reliability-health-check-detection",
      "reliability-nat-per-zone",
      "reliability-network-zones",
    ],
    tests: [
      "test/policies/rules/reliability/region-loss.test.ts",
      "test/lab/gameday/gameday.test.ts",
    ],
    residual: "Loss of all regions, or of Route 53 itself, ends the service.",
  },
  {
    id: "request-reading",
    stride: "disclosure",
    story: "Somebody on the way reads features, which are personal data.",
    elements: ["Regional entry", "Mesh", "Network"],
    flows: ["request", "ingress", "inference"],
    rules: [
      "encryption-listener-tls",
      "encryption-listener-redirect",
      "encryption-target-group-tls",
      "encryption-gateway-tls",
      "encryption-mesh-strict",
      "encryption-mesh-default",
      "encryption-mesh-injection",
      "encryption-node-transit",
    ],
    tests: ["test/program/encryption-walk.test.ts"],
    residual: "The load balancer and the sidecars see plain text in memory.",
  },
  {
    id: "request-smuggling",
    stride: "tampering",
    story:
      "An ambiguous request passes the firewall as one thing and reaches the server as another.",
    elements: ["Regional entry", "Model service"],
    flows: ["request", "ingress"],
    rules: [
      "network-load-balancer-headers",
      "network-load-balancer-firewall",
      "network-firewall-rules",
    ],
    tests: ["test/services/model-server/wire.test.ts"],
    residual:
      "A flaw of the load balancer or of Envoy itself; versions are pinned and must be raised.",
  },
  {
    id: "malformed-input",
    stride: "tampering",
    story:
      "A crafted body crashes the parser, pollutes a prototype, or feeds values that the model never saw.",
    elements: ["Model service"],
    flows: ["request", "inference"],
    rules: [],
    tests: ["test/fuzz/fuzz.test.ts", "test/services/model-server/malformed.test.ts"],
    residual:
      "Values inside the contract's ranges can still be chosen to mislead the model (adversarial inputs).",
  },
  {
    id: "flood",
    stride: "denial",
    story: "More requests than the service can answer, by malice or by mistake.",
    elements: ["Regional entry", "Model service"],
    flows: ["request", "ingress", "inference"],
    rules: [
      "network-firewall-rules",
      "reliability-destination-rule-connection-pool",
      "reliability-virtual-service-timeout",
      "reliability-scaled-object-scale-up",
      "cost-autoscaler-maximum",
      "cost-node-pool-limits",
    ],
    tests: ["test/services/model-server/overload.test.ts"],
    residual:
      "A flood from very many addresses below the rate limit is refused by shedding; honest callers are shed with it.",
  },
  {
    id: "model-extraction",
    stride: "disclosure",
    story:
      "A caller copies the model, or finds out who was in its training data, by asking very often.",
    elements: ["Model service"],
    flows: ["request"],
    rules: ["network-firewall-rules", "access-mesh-jwt"],
    tests: [
      "services/training/tests/test_privacy.py",
      "test/services/model-server/explain.test.ts",
    ],
    residual:
      "Rate limits slow it down only. Explanations help a copier; differential privacy bounds membership inference where the contract asks for it.",
  },
  {
    id: "false-labels",
    stride: "spoofing",
    story:
      "A caller sends labels for predictions that were never made, to start a retraining or hide a decay.",
    elements: ["Model service"],
    flows: ["request"],
    rules: [],
    tests: ["test/services/model-server/feedback.test.ts"],
    residual: "A caller may lie about the labels of its own predictions.",
  },
  {
    id: "denied-prediction",
    stride: "repudiation",
    story: "The operator, or the caller, denies that a decision was made, or by which version.",
    elements: ["Model service", "Log store", "Mesh"],
    flows: ["inference", "logs"],
    rules: [
      "observability-mesh-telemetry",
      "observability-load-balancer-logs",
      "governance-model-log-retention",
      "governance-rollout-labels",
    ],
    tests: ["test/services/model-server/log-fields.test.ts"],
    residual:
      "A line that is lost between pod and shipper is missed: the alert on the shipper tells of it, the line stays lost.",
  },
  {
    id: "error-leak",
    stride: "disclosure",
    story: "An error message tells internals, or repeats another caller's data.",
    elements: ["Model service"],
    flows: ["inference"],
    rules: [],
    tests: [
      "test/services/model-server/malformed.test.ts",
      "test/services/model-server/protocol.test.ts",
    ],
    residual: "Times of answers tell a little of the load.",
  },
  {
    id: "route-theft",
    stride: "tampering",
    story: "One tenant's route takes the requests of another model.",
    elements: ["Mesh", "Tenancy"],
    flows: ["inference"],
    rules: ["network-virtual-service-hosts", "network-gateway-hosts", "encryption-destination-tls"],
    tests: ["test/infra/serving/routing.test.ts", "test/infra/platform/mesh.test.ts"],
    residual: "Who may write routes in the serving namespace may redirect there.",
  },
];
