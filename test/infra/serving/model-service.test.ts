import * as pulumi from "@pulumi/pulumi";
import { ModelService, type ModelServiceArgs } from "../../../infra/serving/model-service";
import { rules } from "../../../policies/rules";
import { judge } from "../../../policies/judge";
import { viewOf } from "../../../cli/plan/resource";
import { only, record } from "../../support/record";
import {
  args,
  contract,
  digestOf,
  image,
  release,
  settings,
  withRelease,
  withServing,
} from "./fixture";
import { runbookBase } from "../../support/runbooks";

const name = "eu-west-1-loan-approval";
const routesType = "kubernetes:networking.istio.io/v1:VirtualService";
const planned = (given: ModelServiceArgs = args) =>
  record(() => void new ModelService(name, given));

/** What a caller of the component gets. */
async function outputs(given: ModelServiceArgs) {
  const found: { service?: ModelService } = {};
  await record(() => void (found.service = new ModelService(name, given)));
  const { desiredDigest, endpoint, rollout } = found.service!;
  return new Promise<object>((resolve) =>
    pulumi.all({ desiredDigest, endpoint, rollout }).apply(resolve),
  );
}

describe("ModelService", () => {
  it("registers exactly these objects, each its child and with a name that starts with its own", async () => {
    const resources = await planned();
    const [component, ...children] = resources;
    expect([component!.type, component!.name]).toEqual(["causeway:serving:ModelService", name]);
    expect(
      children.map((child) => `${child.type} ${child.name.slice(name.length + 1)}`).sort(),
    ).toEqual([
      "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate proof",
      "kubernetes:argoproj.io/v1alpha1:AnalysisTemplate watch",
      "kubernetes:argoproj.io/v1alpha1:Rollout rollout",
      "kubernetes:core/v1:ConfigMap dashboard",
      "kubernetes:core/v1:Secret key",
      "kubernetes:core/v1:Service canary",
      "kubernetes:core/v1:Service stable",
      "kubernetes:core/v1:ServiceAccount account",
      "kubernetes:keda.sh/v1alpha1:ScaledObject autoscaler",
      "kubernetes:monitoring.coreos.com/v1:PodMonitor monitor",
      "kubernetes:monitoring.coreos.com/v1:PrometheusRule rules",
      "kubernetes:networking.istio.io/v1:DestinationRule canary-rule",
      "kubernetes:networking.istio.io/v1:DestinationRule stable-rule",
      "kubernetes:networking.istio.io/v1:VirtualService feedback",
      "kubernetes:networking.istio.io/v1:VirtualService routes",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy network",
      "kubernetes:policy/v1:PodDisruptionBudget budget",
      "kubernetes:security.istio.io/v1:AuthorizationPolicy authorization",
    ]);
    for (const child of children.filter(({ type }) => type.startsWith("kubernetes:"))) {
      expect(child.parent).toBe(component!.urn);
      expect(child.name.startsWith(`${name}-`)).toBe(true);
      // Grafana reads dashboards in its own namespace alone.
      const namespace = child.name.endsWith("-dashboard")
        ? "causeway-observability"
        : "causeway-models";
      expect(child.inputs).toMatchObject({
        metadata: { namespace, labels: { "app.kubernetes.io/name": "loan-approval" } },
      });
    }
  });

  it("shows the attestation of a published release beside its pods, and none of one that is not", async () => {
    const maps = (resources: Awaited<ReturnType<typeof planned>>) =>
      resources.filter(
        ({ type, name: named }) =>
          type === "kubernetes:core/v1:ConfigMap" && named.endsWith("-attestation"),
      );
    const [map, ...others] = maps(await planned({ ...args, attestation: '{"payload":"x"}' }));
    expect([map!.inputs, others]).toMatchObject([
      {
        metadata: { name: "loan-approval-attest", namespace: "causeway-models" },
        data: { "attestation.json": '{"payload":"x"}' },
      },
      [],
    ]);
    expect(maps(await planned())).toEqual([]);
  });

  it("hands governance rules the evidence, in plain values", async () => {
    const [component] = await planned();
    expect(component!.inputs).toEqual({
      model: "loan-approval",
      purpose: contract.purpose,
      ownerTeam: "credit-risk",
      ownerContact: "credit-risk@example.com",
      riskTier: "high",
      environment: "prod",
      region: "eu-west-1",
      channel: "approval",
      strategy: "canary",
      maximumAge: "180 days",
      replicas: { min: 3, max: 30 },
      gpus: 0,
      protectedAttributes: ["race", "sex"],
      logRetention: "400 days",
      notice: contract.notice,
      governance: settings.governance,
      verification: settings.verification,
      release,
      image,
    });
  });

  it("gives the service account no token, and the annotations of the cloud's identity", async () => {
    const account = only(
      await planned({ ...args, serviceAccountAnnotations: { "example.com/role": "reader" } }),
      "kubernetes:core/v1:ServiceAccount",
    );
    expect(account.inputs).toMatchObject({
      automountServiceAccountToken: false,
      metadata: { name: "loan-approval", annotations: { "example.com/role": "reader" } },
    });
  });

  it("leaves weights, selectors and replicas to their controllers on a second update", async () => {
    const resources = await planned();
    const weights = ["spec.http[0].route[0].weight", "spec.http[0].route[1].weight"];
    expect(only(resources, routesType, `${name}-routes`).options.ignoreChanges).toEqual(weights);
    expect(only(resources, routesType, `${name}-feedback`).options.ignoreChanges).toEqual([]);
    for (const version of ["stable", "canary"])
      expect(
        only(resources, "kubernetes:core/v1:Service", `${name}-${version}`).options.ignoreChanges,
      ).toEqual(["spec.selector"]);
    expect(only(resources, "kubernetes:argoproj.io/v1alpha1:Rollout").inputs).not.toHaveProperty(
      "spec.replicas",
    );
  });

  it("leaves all routes to Argo Rollouts where it adds some", async () => {
    const resources = await planned({
      ...withRelease({ strategy: "shadow" }),
      image,
      runbookBase,
      keyRing: args.keyRing,
    });
    expect(only(resources, routesType, `${name}-routes`).options.ignoreChanges).toEqual([
      "spec.http",
    ]);
  });

  it("creates what the Rollout names before it, and the autoscaler after it", async () => {
    const resources = await planned();
    const rollout = only(resources, "kubernetes:argoproj.io/v1alpha1:Rollout");
    const before = [
      "account",
      "stable",
      "canary",
      "stable-rule",
      "canary-rule",
      "routes",
      "watch",
      "proof",
    ];
    for (const child of before)
      expect(rollout.options.dependencies).toContain(
        resources.find((resource) => resource.name === `${name}-${child}`)!.urn,
      );
    expect(
      only(resources, "kubernetes:keda.sh/v1alpha1:ScaledObject").options.dependencies,
    ).toContain(rollout.urn);
  });

  it("says which digest is wanted, where callers reach it, and what its Rollout is called", async () => {
    await expect(outputs(args)).resolves.toEqual({
      desiredDigest: digestOf("a"),
      endpoint: "https://models.example.com/v2/models/loan-approval",
      rollout: "loan-approval",
    });
  });

  it("takes an image that is known only once it is built", async () => {
    const built = pulumi.output(image);
    await expect(outputs({ ...args, image: built })).resolves.toMatchObject({
      desiredDigest: digestOf("a"),
    });
  });

  const variants: Record<string, ModelServiceArgs> = {
    canary: args,
    "A/B": { ...withRelease({ strategy: "ab" }), image, keyRing: args.keyRing, runbookBase },
    shadow: { ...withRelease({ strategy: "shadow" }), image, keyRing: args.keyRing, runbookBase },
    GPU: { ...withServing({ gpu: 1 }), image, keyRing: args.keyRing, runbookBase },
    dev: { ...args, environment: "dev" },
    local: { ...args, environment: "local" },
  };

  it.each(Object.keys(variants))(
    "passes every policy about a single resource (%s)",
    async (variant) => {
      const views = (await planned(variants[variant])).map(viewOf);
      const found = judge(
        // Its provider is its caller's to give.
        rules.filter(
          ({ kind, name }) => kind === "resource" && name !== "access-resource-provider",
        ),
        views,
      );
      expect(found.map((violation) => `${violation.rule.name}: ${violation.message}`)).toEqual([]);
    },
  );

  it("refuses bad arguments, all at once", async () => {
    const bad = { ...args, image: "loan-approval:latest", replicas: { min: 2, max: 1 } };
    await expect(planned(bad)).rejects.toThrow(
      "eu-west-1-loan-approval: replicas.min (2) must be at most replicas.max (1); replicas.min (2) must be 3 or more in prod, one for each zone; " +
        "image (loan-approval:latest) must be by digest in prod, such as name@sha256:<64 hexadecimal digits>: tags move",
    );
  });
});
