import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/aws/provider";
import { Bucket, BucketVersioning } from "@pulumi/aws/s3";
import { ConfigMap, Namespace, Secret } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import { Provider as Cluster } from "@pulumi/kubernetes/provider";
import { resourceRule, stackRule, type Rule } from "../../../policies/rule";
import { planStack, type StackPlan } from "../../../cli/plan/plan";
import { fixtureProject } from "../../harness/fixtures";

export const root = join(__dirname, "..", "..", "..");

/** A component of any type token. */
export class Part extends pulumi.ComponentResource {
  constructor(
    type: string,
    name: string,
    args: Record<string, unknown> = {},
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    super(type, name, args, opts);
  }
}

/** A foundation, two regions that stand on it, and an entry that stands on both. */
export function smallProgram(): Record<string, unknown> {
  const provider = new Provider("home", { region: "eu-west-1" });
  const foundation = new Part(
    "causeway:global:GlobalFoundation",
    "foundation",
    {},
    { providers: [provider] },
  );
  const stores = new Part(
    "causeway:global:Buckets",
    "foundation-buckets",
    {},
    { parent: foundation },
  );
  const store = new Bucket("foundation-buckets-data", { bucket: "data" }, { parent: stores });
  new BucketVersioning(
    "foundation-buckets-versions",
    { bucket: store.id, versioningConfiguration: { status: "Enabled" } },
    { parent: stores },
  );
  const balancers = ["eu-west-1", "eu-central-1"].map((region) => regionalPart(region, store));
  const entry = new Part("causeway:global:GlobalEntry", "entry", {}, { providers: [provider] });
  new Bucket(
    "entry-names",
    {
      tags: {
        balancers: pulumi
          .all(balancers.map((object) => object.metadata.name))
          .apply((names) => names.join(" ")),
      },
    },
    { parent: entry },
  );
  return { url: "https://models.example.com", token: pulumi.secret("hunter2") };
}

function regionalPart(region: string, store: Bucket): ConfigMap {
  const platform = new Part("causeway:regional:RegionalPlatform", region, { region });
  const cluster = new Part(
    "causeway:regional:Cluster",
    `${region}-cluster`,
    {},
    { parent: platform },
  );
  const provider = new Cluster(
    `${region}-cluster`,
    { kubeconfig: pulumi.jsonStringify({ store: store.arn }) },
    { parent: cluster },
  );
  const inCluster = { parent: platform, providers: [provider] };
  const tenancy = new Part("causeway:regional:Tenancy", `${region}-tenancy`, {}, inCluster);
  const namespace = new Namespace(
    `${region}-tenancy-models`,
    { metadata: { name: "models" } },
    { parent: tenancy },
  );
  const addons = new Part("causeway:regional:Addons", `${region}-addons`, {}, inCluster);
  const chart = {
    name: "keda",
    chart: "keda",
    version: "2.18.0",
    namespace: "keda",
    repositoryOpts: { repo: "https://charts.example.com" },
    values: { replicas: 2 },
  };
  const release = new Release(`${region}-addons-keda`, chart, {
    parent: addons,
    dependsOn: [namespace],
  });
  const service = new Part(
    "causeway:serving:ModelService",
    `${region}-loan-approval`,
    {},
    inCluster,
  );
  const metadata = { name: "loan-approval", namespace: "models" };
  new Secret(
    `${region}-loan-approval-secret`,
    { metadata, data: { key: pulumi.secret("aHVudGVyMg==") } },
    { parent: service },
  );
  return new ConfigMap(
    `${region}-loan-approval-map`,
    { metadata, data: { store: store.bucket, rule: '<b>"yes" & no</b>' } },
    { parent: service, dependsOn: [release, namespace] },
  );
}

const common = {
  severity: "high",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "iso-42001", clause: "A.7" },
  ],
} as const;

/**
 * A rule that every bucket but one breaks, one that nothing breaks, and one over the stack that
 * only advises.
 */
export const smallRules: readonly Rule[] = [
  resourceRule({
    ...common,
    name: "encryption-bucket-named",
    area: "encryption",
    enforcement: "mandatory",
    description: "A bucket must have a name.",
    remediation: "Set bucket.",
    types: ["aws:s3/bucket:Bucket"],
    check: ({ name, props }) =>
      props["bucket"] === undefined ? [`Bucket "${name}" must set <bucket>`] : [],
  }),
  resourceRule({
    ...common,
    name: "workloads-none-wrong",
    area: "workloads",
    enforcement: "mandatory",
    description: "Nothing must be wrong.",
    remediation: "None.",
    types: ["kubernetes:*"],
    check: () => [],
  }),
  stackRule({
    ...common,
    name: "governance-stack-note",
    area: "governance",
    enforcement: "advisory",
    description: "The stack must be looked at.",
    remediation: "Look.",
    check: () => [{ message: "the stack must be looked at" }],
  }),
];

/** The plan of {@link smallProgram} under the stack file of prod. */
export function smallPlan(): Promise<StackPlan> {
  return planStack({
    project: fixtureProject,
    stack: "prod",
    program: smallProgram,
    rules: smallRules,
  });
}
