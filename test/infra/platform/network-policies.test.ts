import { networkPolicies, privateNetwork } from "../../../infra/platform/network-policies";
import { namespaceRoles } from "../../../infra/platform/namespaces";
import type { NamespaceRole } from "../../../infra/kubernetes/labels";

const aws = { target: "aws", network: ["10.32.0.0/16"] } as const;
const local = { target: "kubernetes", network: privateNetwork } as const;
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
