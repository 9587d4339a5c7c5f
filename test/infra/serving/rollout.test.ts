import { rollout } from "../../../infra/serving/rollout";
import { image, settings, withRelease } from "./fixture";

const canaryOf = (made: ReturnType<typeof rollout>) => made.spec.strategy.canary;

describe("the Rollout", () => {
  const made = rollout(settings, image);

  it("is a Rollout in the namespace of the models, and says whose release it is", () => {
    expect([made.apiVersion, made.kind]).toEqual(["argoproj.io/v1alpha1", "Rollout"]);
    expect(made.metadata).toEqual({
      name: "loan-approval",
      namespace: "causeway-models",
      labels: {
        "app.kubernetes.io/name": "loan-approval",
        "app.kubernetes.io/component": "model-server",
        "app.kubernetes.io/part-of": "causeway",
        "app.kubernetes.io/managed-by": "pulumi",
        "causeway.dev/owner": "credit-risk",
        "causeway.dev/risk-tier": "high",
        "causeway.dev/release": "1.4.0",
      },
      annotations: { "pulumi.com/patchForce": "true" },
    });
  });

  it("leaves replicas to the autoscaler", () => {
    expect(Object.keys(made.spec)).not.toContain("replicas");
  });

  it("selects its pods by labels that no release changes", () => {
    expect(made.spec.selector.matchLabels).toEqual({
      "app.kubernetes.io/name": "loan-approval",
      "app.kubernetes.io/component": "model-server",
    });
    expect(made.spec.template.metadata.labels).toMatchObject(made.spec.selector.matchLabels);
  });

  it("rolls back a version that never gets ready", () => {
    expect(made.spec).toMatchObject({
      progressDeadlineSeconds: 600,
      progressDeadlineAbort: true,
      minReadySeconds: 10,
      revisionHistoryLimit: 5,
    });
  });

  it("has no window in which an older version skips its steps", () => {
    expect(Object.keys(made.spec)).not.toContain("rollbackWindow");
  });

  it("keeps the stable version at full size while another is on trial", () => {
    expect(canaryOf(made)).toMatchObject({
      dynamicStableScale: false,
      scaleDownDelaySeconds: 300,
      abortScaleDownDelaySeconds: 60,
      maxUnavailable: 0,
      maxSurge: "25%",
    });
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [10, 2],
  ])("with at least %i replicas puts a trial on at least %i pods", (min, pods) => {
    expect(
      canaryOf(rollout({ ...settings, replicas: { min, max: 30 } }, image)).minPodsPerReplicaSet,
    ).toBe(pods);
  });

  it("names the Services, the route and the analysis that exist", () => {
    expect(canaryOf(made)).toMatchObject({
      stableService: "loan-approval-stable",
      canaryService: "loan-approval-canary",
      trafficRouting: { istio: { virtualService: { name: "loan-approval", routes: ["primary"] } } },
      analysis: {
        templates: [{ templateName: "loan-approval-watch" }],
        startingStep: 1,
        args: [
          { name: "canary-hash", valueFrom: { podTemplateHashValue: "Latest" } },
          { name: "stable-hash", valueFrom: { podTemplateHashValue: "Stable" } },
        ],
      },
    });
  });

  it("declares the mirror route for a shadow release and no other", () => {
    const managed = (strategy: "canary" | "ab" | "shadow") =>
      Reflect.get(
        canaryOf(rollout(withRelease({ strategy }), image)).trafficRouting,
        "managedRoutes",
      );
    expect([managed("canary"), managed("ab"), managed("shadow")]).toEqual([
      undefined,
      undefined,
      [{ name: "shadow" }],
    ]);
  });

  it("lets an A/B test set the weights of the challengers' route alone", () => {
    expect(
      canaryOf(rollout(withRelease({ strategy: "ab" }), image)).trafficRouting.istio.virtualService
        .routes,
    ).toEqual(["challenger"]);
  });
});
