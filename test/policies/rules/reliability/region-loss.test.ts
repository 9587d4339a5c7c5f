import { regionLoss } from "../../../../policies/region-loss/loss";
import { rule as drained } from "../../../../policies/rules/reliability/entry-drained";
import { rule as loss } from "../../../../policies/rules/reliability/region-loss";
import type { ResourceView } from "../../../../policies/rule";
import { ruleSuite, set, unset, type Props } from "../../../support/rule-suite";
import { changed, goodBudget, goodScaledObject } from "./good";

const regions = ["eu-west-1", "eu-central-1", "eu-north-1"];
const goodEntry: Props = {
  domainName: "models.example.com",
  recovery: { rto: "3 minutes", rpo: "15 minutes", checkIntervalSeconds: 10, failureThreshold: 3 },
  regions: regions.map((region) => ({ region, peakRequestsPerSecond: { scorer: 300 } })),
};

/**
 * Three regions, each with a model, its scaler and its health check, and buckets that are copied
 * within 15 minutes.
 */
const good: ResourceView[] = [
  { type: "causeway:global:GlobalEntry", name: "entry", props: goodEntry },
  ...regions.flatMap((region): ResourceView[] => [
    {
      type: "aws:route53/healthCheck:HealthCheck",
      name: `entry-${region}-check`,
      props: {
        type: "HTTPS",
        fqdn: "x",
        port: 443,
        resourcePath: "/healthz",
        enableSni: true,
        requestInterval: 10,
        failureThreshold: 3,
      },
    },
    {
      type: "kubernetes:keda.sh/v1alpha1:ScaledObject",
      name: `${region}-scorer-autoscaler`,
      props: goodScaledObject(),
    },
    {
      type: "kubernetes:policy/v1:PodDisruptionBudget",
      name: `${region}-scorer-budget`,
      props: goodBudget(),
    },
    { type: "kubernetes:apps/v1:Deployment", name: `${region}-tenancy-headroom`, props: {} },
  ]),
  {
    type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    name: "replication",
    props: {
      bucket: "a",
      role: "r",
      rules: [
        {
          status: "Enabled",
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: {
            bucket: "b",
            encryptionConfiguration: { replicaKmsKeyId: "k" },
            replicationTime: { status: "Enabled", time: { minutes: 15 } },
          },
        },
      ],
    },
  },
];
const scaler = "eu-central-1-scorer-autoscaler";
const withDrained =
  (...names: string[]) =>
  (props: Props) => ({
    ...props,
    regions: (props["regions"] as { region: string }[]).map((each) =>
      names.includes(each.region) ? { ...each, drained: { reason: "maintenance" } } : each,
    ),
  });
const loads = (rate: number) => (props: Props) => ({
  ...props,
  regions: (props["regions"] as object[]).map((each) => ({
    ...each,
    peakRequestsPerSecond: { scorer: rate },
  })),
});
const simple = good.filter(({ type }) => !type.includes("Deployment"));

ruleSuite(loss, {
  good: simple,
  deviations: {
    "a region that cannot grow enough": (g) => ({
      deviant: changed(g, scaler, (props) => set(props, "spec.maxReplicaCount", 2)),
      message:
        /eu-central-1 must carry 600 requests\/s of scorer when eu-(west|north)-1 is lost, got room for 400: at most 2 replicas/,
    }),
    "replicas that come too late": (g) => ({
      deviant: changed(g, "entry", loads(600)),
      message:
        /must serve all callers of eu-\w+-1 within 3 minutes of its loss, got \d+ seconds: scorer grows from 3 to 6 replicas/,
    }),
    "a check that is slower than the entry says": (g) => ({
      deviant: changed(g, "entry-eu-west-1-check", (props) => set(props, "failureThreshold", 8)),
      message: /must serve all callers of eu-west-1 within 3 minutes of its loss, got 186 seconds$/,
    }),
    "a load that is not declared": (g) =>
      changed(g, "entry", (props) => ({
        ...props,
        regions: (props["regions"] as { region: string }[]).map(({ region }) => ({ region })),
      })),
    "a copy that comes too late": (g) => ({
      deviant: changed(g, "replication", (props) =>
        set(props, "rules.0.destination.replicationTime.time.minutes", 30),
      ),
      message: /buckets must lose writes of at most 15 minutes with a region, got 1800 seconds/,
    }),
    "a copy that nobody promises": (g) => ({
      deviant: changed(g, "replication", (props) =>
        unset(props, "rules.0.destination.replicationTime"),
      ),
      message: /got a replication without a promised time/,
    }),
    "no copy": (g) => g.filter(({ name }) => name !== "replication"),
    "callers of drained regions that the last one cannot carry": (g) => ({
      deviant: changed(
        changed(g, "entry", (props) => withDrained("eu-west-1", "eu-north-1")(props)),
        scaler,
        (props) => set(props, "spec.maxReplicaCount", 4),
      ),
      message:
        /eu-central-1 must carry 900 requests\/s of scorer while eu-west-1, eu-north-1 is drained, got room for 800: at most 4 replicas/,
    }),
  },
});

ruleSuite(drained, {
  type: "causeway:global:GlobalEntry",
  good: goodEntry,
  deviations: {
    "the last region drained": (g) => ({
      deviant: withDrained(...regions)(g),
      message: /must keep a region in service, got 3 of 3 drained/,
    }),
    "no reason": (g) => ({
      deviant: set(withDrained("eu-west-1")(g), "regions.0.drained", {}),
      message: /must say why eu-west-1 is drained, got \{\}/,
    }),
  },
});

describe("the loss of a region", () => {
  it("is played for each region in service and each other one", () => {
    expect(
      regionLoss(good).losses.map(
        ({ lost, by, recoverySeconds }) => `${lost} by ${by} in ${recoverySeconds}`,
      ),
    ).toEqual([
      "eu-west-1 by eu-central-1 in 136",
      "eu-west-1 by eu-north-1 in 136",
      "eu-central-1 by eu-west-1 in 136",
      "eu-central-1 by eu-north-1 in 136",
      "eu-north-1 by eu-west-1 in 136",
      "eu-north-1 by eu-central-1 in 136",
    ]);
  });

  it("leaves a drained region out and gives its callers to each other one", () => {
    const { losses, drains } = regionLoss(changed(good, "entry", withDrained("eu-north-1")));
    expect(losses.map(({ lost, by, takeovers }) => [lost, by, takeovers[0]?.load])).toEqual([
      ["eu-west-1", "eu-central-1", 900],
      ["eu-central-1", "eu-west-1", 900],
    ]);
    expect(drains.map(({ by, takeovers }) => [by, takeovers[0]?.load])).toEqual([
      ["eu-west-1", 600],
      ["eu-central-1", 600],
    ]);
  });

  it("is bounded by the limits of the node pools, less what the platform takes", () => {
    const pool: ResourceView = {
      type: "kubernetes:karpenter.sh/v1:NodePool",
      name: "eu-central-1-cluster-nodes-general",
      props: { spec: { limits: { cpu: "4" } } },
    };
    const rollout: ResourceView = {
      type: "kubernetes:argoproj.io/v1alpha1:Rollout",
      name: "eu-central-1-scorer-rollout",
      props: {
        metadata: { name: "scorer" },
        spec: {
          template: {
            metadata: { labels: { "sidecar.istio.io/inject": "true" } },
            spec: { containers: [{ resources: { requests: { cpu: "500m" } } }] },
          },
        },
      },
    };
    const [first] = regionLoss([...good, pool, rollout]).losses;
    expect(first?.takeovers[0]).toMatchObject({
      load: 600,
      capacity: 1_000,
      bound: "node pools of at most 4 cores, 25% of them for the platform",
    });
  });

  it("has nothing to say where one region stands alone", () => {
    const alone = changed(good, "entry", (props) => ({
      ...props,
      regions: [{ region: "eu-west-1" }],
    }));
    expect(regionLoss(alone)).toMatchObject({
      losses: [],
      drains: [],
      recoverySeconds: undefined,
      lostWritesSeconds: 900,
    });
    expect(loss.check(alone, {})).toEqual([]);
  });
});
