import { rule as autoscaler } from "../../../../policies/rules/cost/autoscaler-maximum";
import { rule as bucketKey } from "../../../../policies/rules/cost/bucket-key";
import { rule as bucketLifecycle } from "../../../../policies/rules/cost/bucket-lifecycle";
import { rule as gpu } from "../../../../policies/rules/cost/gpu-asked";
import { rule as logRetention } from "../../../../policies/rules/cost/log-group-retention";
import { rule as nat } from "../../../../policies/rules/cost/nat-count";
import { rule as consolidation } from "../../../../policies/rules/cost/node-pool-consolidation";
import { rule as limits } from "../../../../policies/rules/cost/node-pool-limits";
import { rule as budget } from "../../../../policies/rules/cost/platform-budget";
import { rule as tags } from "../../../../policies/rules/cost/provider-tags";
import { rule as repositoryLifecycle } from "../../../../policies/rules/cost/repository-lifecycle";
import { logGroup, networkStack, provider, registryStack } from "../../../support/baselines/aws";
import { bucketEncryption, bucketStack } from "../../../support/baselines/buckets";
import { nodePool, scaledObject } from "../../../support/baselines/platform";
import { changed, resource, without } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { goodPodSpec } from "../workloads/good";

const platform = (region: string, estimatedMonthlyUsd: number) =>
  resource("causeway:regional:RegionalPlatform", region, {
    region,
    estimatedMonthlyUsd,
    budgetMonthlyUsd: 15_000,
  });
const platforms = [platform("eu-west-1", 8_000), platform("eu-central-1", 7_000)];
ruleSuite(budget, {
  good: platforms,
  deviations: {
    "regions that cost too much together": (stack) => ({
      deviant: changed(stack, "eu-west-1", (props) => set(props, "estimatedMonthlyUsd", 8_000.5)),
      message: /^the stack must cost 15000 US dollars a month or less, got an estimate of 15001$/,
    }),
    "a lower budget": (stack) =>
      stack.map((each) => ({ ...each, props: set({ ...each.props }, "budgetMonthlyUsd", 100) })),
  },
});

it("judges no cost where no budget is stated", () =>
  expect(
    budget.check(
      [resource("causeway:regional:RegionalPlatform", "local", { estimatedMonthlyUsd: 1e9 })],
      {},
    ),
  ).toEqual([]));

ruleSuite(tags, {
  type: "pulumi:providers:aws",
  good: provider,
  deviations: {
    "no tags": (props) => ({
      deviant: unset(props, "defaultTags"),
      message: /must set the default tags causeway:environment, causeway:owner, causeway:stack$/,
    }),
    "no stack": (props) => unset(props, "defaultTags.tags.causeway:stack"),
    "no owner": (props) => unset(props, "defaultTags.tags.causeway:owner"),
    "tags in the engine's form, without an owner": (props) =>
      set(props, "defaultTags", JSON.stringify({ tags: { "causeway:environment": "prod" } })),
    "a text that is no JSON": (props) => set(props, "defaultTags", "{"),
  },
  configured: [
    {
      title: "a provider without a tag that the configuration adds",
      parameters: { tags: ["cost-centre"] },
      subject: (props) => props,
      fires: true,
    },
    {
      title: "the engine's form of the tags",
      parameters: {},
      subject: (props) => set(props, "defaultTags", JSON.stringify(provider.defaultTags)),
      fires: false,
    },
  ],
});

ruleSuite(nat, {
  good: networkStack,
  deviations: {
    "a fourth gateway": (stack) => ({
      deviant: [
        ...stack,
        resource("aws:ec2/natGateway:NatGateway", "nat-d", { subnetId: "subnet-a" }),
      ],
      message: /^the stack must have 3 NAT gateways or fewer, got 4$/,
    }),
  },
  configured: [
    {
      title: "three gateways where one must do",
      parameters: { maximumPerVpc: 1 },
      subject: (stack) => stack,
      fires: true,
    },
  ],
});

const poolType = "kubernetes:karpenter.sh/v1:NodePool";
const gpuPool = set(
  set(nodePool, "spec.template.spec.taints", [{ key: "nvidia.com/gpu", effect: "NoSchedule" }]),
  "spec.limits",
  { "nvidia.com/gpu": "2" },
);
const asking = {
  metadata: { name: "trainer", namespace: "causeway-training" },
  spec: {
    backoffLimit: 1,
    template: {
      spec: set(
        { ...goodPodSpec(), restartPolicy: "Never" },
        "containers.0.resources.limits.nvidia.com/gpu",
        "1",
      ),
    },
  },
};
const withLimit = (limits: Record<string, string>) =>
  set({ ...asking }, "spec.template.spec.containers.0.resources.limits", limits);
ruleSuite(gpu, {
  good: [
    resource(poolType, "gpu", gpuPool),
    resource(
      "kubernetes:batch/v1:Job",
      "trainer",
      withLimit({ cpu: "1", memory: "512Mi", "nvidia.com/gpu": "1" }),
    ),
  ],
  deviations: {
    "accelerators for nobody": (stack) => ({
      deviant: without(stack, "trainer"),
      message: /^NodePool "causeway-general" must not have accelerators that no workload asks for$/,
    }),
    "accelerators by instance category for a workload without": (stack) => [
      resource(
        poolType,
        "gpu",
        set(nodePool, "spec", {
          ...nodePool.spec,
          limits: { cpu: "8", "nvidia.com/gpu": "1" },
          template: {
            spec: {
              requirements: [
                { key: "eks.amazonaws.com/instance-category", operator: "In", values: ["g"] },
                {
                  key: "eks.amazonaws.com/instance-encryption-in-transit-supported",
                  operator: "In",
                  values: ["true"],
                },
              ],
            },
          },
        }),
      ),
      ...without(stack, "gpu").map((each) => ({
        ...each,
        props: withLimit({ cpu: "1", memory: "512Mi" }),
      })),
    ],
  },
});
ruleSuite(limits, {
  type: poolType,
  good: nodePool,
  deviations: {
    "no limit": (props) => ({
      deviant: unset(props, "spec.limits"),
      message: /^NodePool "causeway-general" must have a limit for cpu in spec.limits$/,
    }),
    "a limit of memory alone": (props) => unset(props, "spec.limits.cpu"),
  },
});
ruleSuite(limits, {
  type: poolType,
  good: gpuPool,
  deviations: {
    "accelerators without a limit": (props) => ({
      deviant: set(props, "spec.limits", { cpu: "64" }),
      message: /must have a limit for nvidia.com\/gpu/,
    }),
  },
});
ruleSuite(consolidation, {
  type: poolType,
  good: nodePool,
  deviations: {
    "nodes that stay": (props) => ({
      deviant: set(props, "spec.disruption.consolidateAfter", "Never"),
      message: /got consolidationPolicy "WhenEmptyOrUnderutilized" after "Never"$/,
    }),
    "no policy": (props) => unset(props, "spec.disruption"),
  },
});

ruleSuite(bucketLifecycle, {
  good: bucketStack,
  deviations: {
    "a bucket that keeps everything": (stack) => ({
      deviant: without(stack, "data-lifecycle"),
      message: /^Bucket "data" must have a lifecycle rule that is enabled$/,
    }),
    "a rule that is off": (stack) =>
      changed(stack, "data-lifecycle", (props) => set(props, "rules.0.status", "Disabled")),
    "uploads that never finish": (stack) => ({
      deviant: changed(stack, "data-lifecycle", (props) =>
        unset(props, "rules.0.abortIncompleteMultipartUpload"),
      ),
      message: /must drop uploads that never finished/,
    }),
  },
});
ruleSuite(bucketKey, {
  type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  good: bucketEncryption,
  deviations: {
    "a call to KMS for each object": (props) => ({
      deviant: set(props, "rules.0.bucketKeyEnabled", false),
      message: /must set bucketKeyEnabled to true, got false$/,
    }),
  },
});
ruleSuite(repositoryLifecycle, {
  good: registryStack,
  deviations: {
    "images for ever": (stack) => ({
      deviant: without(stack, "repository-lifecycle"),
      message: /^Repository "repository" must have a LifecyclePolicy$/,
    }),
  },
});
ruleSuite(logRetention, {
  type: "aws:cloudwatch/logGroup:LogGroup",
  good: logGroup,
  deviations: {
    "ten years": (props) => ({
      deviant: set(props, "retentionInDays", 3653),
      message: /must keep logs for 731 days or less, got 3653$/,
    }),
  },
  configured: [
    {
      title: "400 days where a month must do",
      parameters: { maximumDays: 30 },
      subject: (props) => props,
      fires: true,
    },
  ],
});

ruleSuite(autoscaler, {
  type: "kubernetes:keda.sh/v1alpha1:ScaledObject",
  good: scaledObject,
  deviations: {
    "no maximum": (props) => ({
      deviant: unset(props, "spec.maxReplicaCount"),
      message: /must state a maximum of 200 replicas or fewer, got nothing$/,
    }),
    "a thousand": (props) => set(props, "spec.maxReplicaCount", 1000),
  },
  configured: [
    {
      title: "thirty where ten must do",
      parameters: { maximumReplicas: 10 },
      subject: (props) => props,
      fires: true,
    },
  ],
});
ruleSuite(autoscaler, {
  type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
  good: {
    metadata: { name: "gateway", namespace: "causeway-gateway" },
    spec: { minReplicas: 3, maxReplicas: 10 },
  },
  deviations: { "no maximum": (props) => unset(props, "spec.maxReplicas") },
});
