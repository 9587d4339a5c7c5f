import { networkPolicies } from "../../../../infra/platform/network-policies";

describe("who reaches the log store", () => {
  const policy = (role: "observability" | "logs", name: string) =>
    networkPolicies(role, { target: "aws", network: ["10.32.0.0/16"] }).find(
      ({ metadata }) => metadata.name === name,
    )?.spec;
  const inNamespace = (name: string) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  });
  const ofKind = (kind: string) => ({
    podSelector: { matchLabels: { "common.k8s.elastic.co/type": kind } },
  });
  const port = (number: number) => ({ protocol: "TCP", port: number });

  test("shipper, Kibana, operator, the Job and an erasure reach Elasticsearch by its callers' port, and nobody else", () => {
    expect(policy("observability", "elasticsearch")?.ingress).toEqual([
      { from: [ofKind("elasticsearch")], ports: [port(9200), port(9300)] },
      {
        from: [
          ofKind("kibana"),
          { podSelector: { matchLabels: { "app.kubernetes.io/name": "log-settings" } } },
          inNamespace("causeway-logs"),
          inNamespace("elastic-system"),
          {
            ...inNamespace("causeway-training"),
            podSelector: { matchLabels: { "app.kubernetes.io/component": "erasure" } },
          },
        ],
        ports: [port(9200)],
      },
    ]);
    const open = networkPolicies("observability", { target: "aws", network: [] }).filter(
      ({ spec }) => spec.ingress?.some(({ ports }) => ports === undefined),
    );
    expect(open.map(({ spec }) => spec.podSelector)).toEqual([
      {
        matchExpressions: [
          {
            key: "common.k8s.elastic.co/type",
            operator: "NotIn",
            values: ["elasticsearch", "kibana"],
          },
        ],
      },
    ]);
  });

  test("of the namespace of training the pods of an erasure reach it, and no step of a training", () => {
    const policies = networkPolicies("training", { target: "aws", network: [] }).filter(
      ({ spec }) =>
        spec.egress?.some(({ to }) =>
          to?.some(
            ({ podSelector }) =>
              podSelector?.matchLabels?.["common.k8s.elastic.co/type"] === "elasticsearch",
          ),
        ),
    );
    expect(policies.map(({ spec }) => spec.podSelector)).toEqual([
      { matchLabels: { "app.kubernetes.io/component": "erasure" } },
    ]);
  });

  test("Kibana is reached by the Job alone", () =>
    expect(policy("observability", "kibana")?.ingress).toEqual([
      {
        from: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "log-settings" } } }],
        ports: [port(5601)],
      },
    ]));

  test("the shipper reaches names and Elasticsearch", () => {
    expect(
      networkPolicies("logs", { target: "aws", network: [] }).map(({ metadata }) => metadata.name),
    ).toEqual(["default-deny", "to-dns", "elasticsearch"]);
    expect(policy("logs", "elasticsearch")?.egress).toEqual([
      {
        to: [{ ...inNamespace("causeway-observability"), ...ofKind("elasticsearch") }],
        ports: [port(9200)],
      },
    ]);
  });
});
