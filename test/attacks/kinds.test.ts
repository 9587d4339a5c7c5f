import { judge } from "../../policies/judge";
import { appliesTo, kindOf } from "../../policies/rule";
import { rules } from "../../policies/rules";

/** An Istio object as a rule would refuse it, in one version of its API. */
const objects = {
  Gateway: {
    selector: { istio: "ingressgateway" },
    servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
  },
  VirtualService: { hosts: ["*"], http: [{ route: [{ destination: { host: "scorer" } }] }] },
  DestinationRule: { host: "scorer", trafficPolicy: { tls: { mode: "DISABLE" } } },
};

function found(kind: keyof typeof objects, version: string): string[] {
  const type = `kubernetes:networking.istio.io/${version}:${kind}`;
  const props = { metadata: { name: "open", namespace: "istio-ingress" }, spec: objects[kind] };
  return judge(rules, [{ type, name: "open", props }]).map(
    ({ rule, message }) => `${rule.name}: ${message}`,
  );
}

describe.each(["Gateway", "VirtualService", "DestinationRule"] as const)(
  "a %s in an older version of its API",
  (kind) => {
    it.each(["v1beta1", "v1alpha3"])("is judged in %s as in v1", (version) => {
      expect(found(kind, "v1").length).toBeGreaterThan(1);
      expect(found(kind, version)).toEqual(found(kind, "v1"));
    });
  },
);

it("looks at each kind of Kubernetes in every version", () => {
  const types = rules.flatMap((rule) =>
    rule.kind === "resource" ? [{ rule, of: rule.types }] : [],
  );
  const missed = types.flatMap(({ rule, of }) =>
    of
      .filter((type) => kindOf(type) !== type)
      .filter((type) => !appliesTo(rule, type.replace(/\/[^/:]+:/, "/v9:")))
      .map((type) => `${rule.name}: ${type}`),
  );
  expect(missed).toEqual([]);
});
