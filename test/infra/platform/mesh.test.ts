import { Mesh, meshProblems, type MeshArgs } from "../../../infra/platform/mesh";
import { only, record, type RecordedResource } from "../../support/record";

const identity = {
  issuer: "https://login.example.com/",
  jwksUri: "https://login.example.com/.well-known/jwks.json",
  audiences: ["causeway"],
};
const args: MeshArgs = {
  region: "eu-west-1",
  hosts: ["models.example.com", "origin-eu-west-1.models.example.com"],
  identity,
};
const loadBalancer = {
  targetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/gateway/1",
  securityGroupId: "sg-balancer",
  clusterSecurityGroupId: "sg-cluster",
};
const buildAnew = (changes: Partial<MeshArgs> = {}) =>
  record(() => void new Mesh("eu", { ...args, ...changes }));
const built = new Map<string, RecordedResource[]>();
/** Builds each variant once: tests only look at it. */
async function build(changes: Partial<MeshArgs> = {}): Promise<RecordedResource[]> {
  const key = JSON.stringify(changes);
  const resources = built.get(key) ?? (await buildAnew(changes));
  built.set(key, resources);
  return resources;
}
const spec = (resources: readonly RecordedResource[], type: string, name: string) =>
  only(resources, type, name).inputs["spec"];

describe("Mesh", () => {
  test("mutual TLS is strict for the whole mesh", async () => {
    expect(
      only(await build(), "kubernetes:security.istio.io/v1:PeerAuthentication").inputs,
    ).toMatchObject({
      metadata: { name: "default", namespace: "istio-system" },
      spec: { mtls: { mode: "STRICT" } },
    });
  });

  test("what no policy allows is refused", async () => {
    const { inputs } = only(
      await build(),
      "kubernetes:security.istio.io/v1:AuthorizationPolicy",
      "eu-default-deny",
    );
    expect(inputs).toMatchObject({ metadata: { namespace: "istio-system" }, spec: {} });
    expect(Object.keys(inputs["spec"] as object)).toEqual([]);
  });

  test("callers need a token of the issuer for models; health needs none, and nothing else is allowed", async () => {
    expect(
      spec(await build(), "kubernetes:security.istio.io/v1:AuthorizationPolicy", "eu-callers"),
    ).toEqual({
      selector: { matchLabels: { istio: "causeway-gateway" } },
      action: "ALLOW",
      rules: [
        {
          from: [{ source: { requestPrincipals: ["https://login.example.com//*"] } }],
          to: [{ operation: { methods: ["GET", "POST"], paths: ["/v2/*"] } }],
        },
        { to: [{ operation: { methods: ["GET"], paths: ["/healthz"] } }] },
      ],
    });
  });

  test("a token ends at the gateway", async () => {
    expect(
      spec(await build(), "kubernetes:security.istio.io/v1:RequestAuthentication", "eu-tokens"),
    ).toEqual({
      selector: { matchLabels: { istio: "causeway-gateway" } },
      jwtRules: [
        {
          ...identity,
          forwardOriginalToken: false,
          outputClaimToHeaders: [{ header: "x-causeway-caller", claim: "sub" }],
        },
      ],
    });
  });

  test("the gateway offers TLS 1.2 or later for the named hosts and no plain port", async () => {
    expect(spec(await build(), "kubernetes:networking.istio.io/v1:Gateway", "eu-gateway")).toEqual({
      selector: { istio: "causeway-gateway" },
      servers: [
        {
          port: { name: "https", number: 8443, protocol: "HTTPS" },
          hosts: args.hosts,
          tls: {
            mode: "SIMPLE",
            credentialName: "causeway-gateway-tls",
            minProtocolVersion: "TLSV1_2",
          },
        },
      ],
    });
  });

  test("the gateway comes after its policies and its certificate", async () => {
    const resources = await build();
    const door = only(resources, "kubernetes:networking.istio.io/v1:Gateway");
    for (const [type, name] of [
      ["kubernetes:security.istio.io/v1:AuthorizationPolicy", "eu-default-deny"],
      ["kubernetes:security.istio.io/v1:RequestAuthentication", "eu-tokens"],
      ["kubernetes:cert-manager.io/v1:Certificate", "eu-certificate-causeway-gateway-tls"],
    ] as const)
      expect(door.options.dependencies).toContain(only(resources, type, name).urn);
  });

  test("health is the readiness of a model, seen through the mesh, within the patience of Route 53", async () => {
    const readiness = {
      host: "m-stable.causeway-models.svc.cluster.local",
      port: 8080,
      path: "/v2/models/m/ready",
    };
    const { http } = spec(
      await build({ readiness }),
      "kubernetes:networking.istio.io/v1:VirtualService",
      "eu-health",
    ) as { http: object[] };
    expect(http).toEqual([
      {
        name: "health",
        match: [{ uri: { exact: "/healthz" }, method: { exact: "GET" } }],
        rewrite: { uri: "/v2/models/m/ready" },
        route: [{ destination: { host: readiness.host, port: { number: 8080 } }, weight: 100 }],
        timeout: "1.5s",
        retries: { attempts: 0 },
      },
    ]);
  });

  test("without a model the gateway answers by itself", async () => {
    expect(
      spec(await build(), "kubernetes:networking.istio.io/v1:VirtualService", "eu-health"),
    ).toMatchObject({ http: [{ directResponse: { status: 200 } }] });
  });

  test("a load balancer reaches the gateway's two ports in the cluster and its pods become targets", async () => {
    const resources = await build({ loadBalancer });
    const rules = resources
      .filter(
        (resource) => resource.type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      )
      .sort((a, b) => a.name.localeCompare(b.name));
    expect(
      rules.map(({ inputs }) => [
        inputs["securityGroupId"],
        inputs["referencedSecurityGroupId"],
        inputs["fromPort"],
        inputs["toPort"],
      ]),
    ).toEqual([
      ["sg-cluster", "sg-balancer", 15021, 15021],
      ["sg-cluster", "sg-balancer", 8443, 8443],
    ]);
    expect(
      spec(resources, "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding", "eu-load-balancer"),
    ).toEqual({
      serviceRef: { name: "causeway-gateway", port: 443 },
      targetGroupARN: loadBalancer.targetGroupArn,
      targetType: "ip",
    });
  });

  test("elsewhere nothing of AWS is touched", async () => {
    expect(
      (await build()).filter(
        (resource) =>
          resource.type.startsWith("aws:") || resource.type.includes("eks.amazonaws.com"),
      ),
    ).toEqual([]);
  });
});

test("all problems of the arguments are reported at once", () => {
  expect(
    meshProblems({
      region: "local",
      hosts: ["*.example.com"],
      identity: { issuer: "http://login", jwksUri: "http://login", audiences: [] },
    }),
  ).toEqual([
    "hosts (*.example.com) must not hold a wildcard",
    "identity.issuer (http://login) must be an https URL",
    "identity.jwksUri (http://login) must be an https URL",
    "identity.audiences must name at least one audience",
  ]);
  expect(meshProblems({ ...args, hosts: [] })).toEqual(["hosts must name at least one host"]);
});
