import { networkPolicies, privateNetwork } from "../../../infra/platform/network-policies";
import { namespaceRoles } from "../../../infra/platform/namespaces";
import type { Selector } from "../../../infra/platform/network-peers";
import type { NamespaceRole } from "../../../infra/kubernetes/labels";
import { retrainingLabels } from "../../../infra/workflows/retraining/definition";

const aws = { target: "aws", network: ["10.32.0.0/16"] } as const;
const local = {
  target: "kubernetes",
  network: privateNetwork,
  apiServers: ["203.0.113.7/32"],
} as const;
const policy = (
  role: NamespaceRole,
  name: string,
  settings: Parameters<typeof networkPolicies>[1] = aws,
) => networkPolicies(role, settings).find(({ metadata }) => metadata.name === name);

describe("network policies", () => {
  test.each(namespaceRoles)("%s denies all first and then names each exception once", (role) => {
    const [first, ...others] = networkPolicies(role, aws);
    expect(first).toMatchObject({
      metadata: { name: "default-deny" },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    });
    expect(new Set(others.map(({ metadata }) => metadata.name)).size).toBe(others.length);
    for (const { spec } of others) expect(spec.policyTypes.length).toBeGreaterThan(0);
  });

  test.each(namespaceRoles)("%s can ask for names", (role) => {
    expect(policy(role, "to-dns")?.spec.egress?.[0]?.ports).toEqual([
      { protocol: "TCP", port: 53 },
      { protocol: "UDP", port: 53 },
    ]);
  });

  test("models reach nothing but names and the mesh's control plane, and are reached by Prometheus alone", () => {
    expect(networkPolicies("models", aws).map(({ metadata }) => metadata.name)).toEqual([
      "default-deny",
      "to-dns",
      "to-istiod",
      "metrics",
    ]);
    expect(policy("models", "metrics")?.spec.ingress?.[0]?.from).toEqual([
      {
        namespaceSelector: {
          matchLabels: { "kubernetes.io/metadata.name": "causeway-observability" },
        },
        podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
      },
    ]);
  });

  test("the gateway takes callers from the network of the load balancer and reaches models", () => {
    expect(policy("gateway", "callers")?.spec.ingress).toEqual([
      {
        from: [{ ipBlock: { cidr: "10.32.0.0/16" } }],
        ports: [
          { protocol: "TCP", port: 8443 },
          { protocol: "TCP", port: 15021 },
        ],
      },
    ]);
    expect(policy("gateway", "callers", local)?.spec.ingress?.[0]?.from).toEqual(
      privateNetwork.map((cidr) => ({ ipBlock: { cidr } })),
    );
    expect(policy("gateway", "to-models")?.spec.egress?.[0]?.ports).toEqual([
      { protocol: "TCP", port: 8080 },
    ]);
  });

  test("no policy that reaches out reaches the instance metadata service", () => {
    const open = namespaceRoles
      .flatMap((role) => networkPolicies(role, aws))
      .flatMap(({ spec }) => spec.egress ?? [])
      .flatMap(({ to }) => to ?? [])
      .filter(({ ipBlock }) => ipBlock?.cidr === "0.0.0.0/0");
    expect(open.length).toBeGreaterThan(0);
    for (const { ipBlock } of open) expect(ipBlock?.except).toEqual(["169.254.0.0/16"]);
  });

  test.each([
    [
      "AWS",
      aws,
      {
        "causeway-training/erasure-regions": { "app.kubernetes.io/component": ["erasure"] },
        "causeway-training/orders": { "causeway.dev/follows": ["home-region"] },
        "causeway-observability/internet": {
          "app.kubernetes.io/name": ["alertmanager", "grafana", "prometheus"],
        },
        "istio-system/internet": { app: ["istiod"] },
      },
    ],
    [
      "another cluster",
      local,
      {
        "causeway-observability/internet": { "app.kubernetes.io/name": ["alertmanager"] },
        "istio-system/internet": { app: ["istiod"] },
      },
    ],
  ] as const)(
    "on %s, pods that reach the internet are named, on 443, and are no step of a training",
    (_where, settings, named) => {
      const reaching = namespaceRoles
        .flatMap((role) => networkPolicies(role, settings))
        .flatMap(({ metadata, spec }) =>
          (spec.egress ?? [])
            .filter(({ to = [] }) => to.some(({ ipBlock }) => ipBlock?.cidr === "0.0.0.0/0"))
            .map(({ ports }) => ({ metadata, ports, selector: spec.podSelector })),
        );
      for (const { ports } of reaching) expect(ports).toEqual([{ protocol: "TCP", port: 443 }]);
      const labels = ({ matchLabels = {}, matchExpressions = [] }: Selector) => ({
        ...Object.fromEntries(Object.entries(matchLabels).map(([key, value]) => [key, [value]])),
        ...Object.fromEntries(matchExpressions.map(({ key, values }) => [key, values])),
      });
      expect(
        Object.fromEntries(
          reaching.map(({ metadata, selector }) => [
            `${metadata.namespace}/${metadata.name}`,
            labels(selector),
          ]),
        ),
      ).toEqual(named);
      const step = retrainingLabels("loan-approval");
      for (const { selector } of reaching)
        expect(
          Object.entries(labels(selector)).every(([key, values]) =>
            values.includes(step[key] ?? ""),
          ),
        ).toBe(false);
    },
  );

  test("a step of a training reaches its network, the API server and the credentials agent", () => {
    const blocks = (settings: typeof aws | typeof local) =>
      policy("training", "https", settings)
        ?.spec.egress?.flatMap(({ to = [] }) => to)
        .map(({ ipBlock }) => ipBlock?.cidr);
    expect(blocks(aws)).toEqual([
      "10.32.0.0/16",
      "10.100.0.1/32",
      "172.20.0.1/32",
      "169.254.170.23/32",
    ]);
    expect(blocks(local)).toEqual([...privateNetwork, "203.0.113.7/32"]);
  });

  test("the credentials agent of a node is reachable on AWS only", () => {
    expect(policy("training", "https")?.spec.egress).toContainEqual({
      to: [{ ipBlock: { cidr: "169.254.170.23/32" } }],
      ports: [{ protocol: "TCP", port: 80 }],
    });
    expect(policy("training", "https", local)?.spec.egress).toHaveLength(1);
  });

  test("the autoscaler and progressive delivery can ask Prometheus, from both sides", () => {
    for (const role of ["autoscaling", "rollouts"] as const)
      expect(policy(role, "queries")?.spec.egress?.[0]?.ports).toEqual([
        { protocol: "TCP", port: 9090 },
      ]);
    expect(policy("observability", "queries")?.spec.ingress?.[0]?.from).toHaveLength(2);
  });
});
