import { encryptedStorageClass } from "../../infra/kubernetes/labels";
import { at, record, text, ofBucket } from "../../policies/resources";
import type { ResourceView } from "../../policies/rule";
import { viewOf, type RecordedResource } from "../plan/resource";
import { chartListeners } from "./charts";
import { classes } from "./classes";
import { listenersOf, type Listener } from "./listeners";

/** A place where data lies, and what encrypts it. */
export interface Store {
  readonly resource: RecordedResource;
  readonly what: string;
  /** Purpose of the customer-managed key, `data` to `volumes`; undefined where there is none. */
  readonly key: string | undefined;
  /** Why there is no customer-managed key. */
  readonly excuse?: string;
}

/** What a walk over all resources finds. */
export interface EncryptionWalk {
  readonly stores: readonly Store[];
  readonly listeners: readonly Listener[];
  /** Types that nobody has said what they are, and charts likewise. */
  readonly unclassified: readonly string[];
}

/**
 * Walks every resource of a plan: each store with its key, each listener with its protocol, and
 * every type that is neither known as one nor as none.
 */
export function encryptionWalk(resources: readonly RecordedResource[]): EncryptionWalk {
  const custom = resources.filter((resource) => resource.custom);
  const context: Context = { views: custom.map(viewOf), purposes: keyPurposes(custom) };
  const kinds = (resource: RecordedResource) => {
    const known = classes[resource.type];
    return known === undefined || typeof known === "string" ? [] : known;
  };
  const charts = custom
    .filter(
      ({ type, inputs }) =>
        type === "kubernetes:helm.sh/v3:Release" &&
        chartListeners[text(inputs, "chart") ?? ""] === undefined,
    )
    .map(({ inputs }) => `chart ${text(inputs, "chart") ?? "?"}`);
  return {
    stores: custom.flatMap((resource) => [
      ...(kinds(resource).includes("store") ? [storeOf(resource, context)] : []),
      ...volumes(resource, context),
    ]),
    listeners: custom.flatMap((resource) =>
      kinds(resource).includes("listener") ? listenersOf(resource, context.views) : [],
    ),
    unclassified: [
      ...new Set([
        ...custom.filter(({ type }) => classes[type] === undefined).map(({ type }) => type),
        ...charts,
      ]),
    ],
  };
}

interface Context {
  readonly views: readonly ResourceView[];
  /** Purpose of each planned key by its ARN. */
  readonly purposes: ReadonlyMap<string, string>;
}

function keyPurposes(resources: readonly RecordedResource[]): Map<string, string> {
  const keys = resources.filter(
    ({ type }) => type === "aws:kms/key:Key" || type === "aws:kms/replicaKey:ReplicaKey",
  );
  return new Map(
    keys.flatMap(({ inputs, outputs }) => [
      [
        text(outputs, "arn") ?? "",
        text(record(inputs, "tags"), "causeway:purpose") ?? "unnamed",
      ] as const,
    ]),
  );
}

/** Where the ARN of a store's key stands, by type. */
const keyPaths: Readonly<Record<string, string>> = {
  "aws:amp/workspace:Workspace": "kmsKeyArn",
  "aws:cloudtrail/trail:Trail": "kmsKeyId",
  "aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
  "aws:ecr/repository:Repository": "encryptionConfigurations.0.kmsKey",
  "aws:eks/cluster:Cluster": "encryptionConfig.provider.keyArn",
  "aws:sns/topic:Topic": "kmsMasterKeyId",
  "kubernetes:eks.amazonaws.com/v1:NodeClass": "spec.ephemeralStorage.kmsKeyID",
  "kubernetes:storage.k8s.io/v1:StorageClass": "parameters.kmsKeyId",
};

function storeOf(resource: RecordedResource, { views, purposes }: Context): Store {
  const { type, inputs } = resource;
  const named = (what: string, arn: string | undefined): Store => ({
    resource,
    what,
    key: purposes.get(arn ?? ""),
  });
  const path = keyPaths[type];
  if (path !== undefined)
    return named(
      type === "aws:eks/cluster:Cluster" ? "objects of Kubernetes, Secrets among them" : "itself",
      text(inputs, path),
    );
  if (type === "kubernetes:core/v1:Secret")
    return named(
      "in the cluster's store",
      text(
        views.find(
          (view) =>
            view.type === "aws:eks/cluster:Cluster" && view.name.startsWith(resource.region),
        )?.props,
        "encryptionConfig.provider.keyArn",
      ),
    );
  if (type === "aws:s3/bucket:Bucket") return bucketStore(resource, views, purposes);
  // Its volumes are listed by themselves.
  return { resource, what: "on its volumes", key: volumes(resource, { views, purposes })[0]?.key };
}

function bucketStore(
  resource: RecordedResource,
  views: readonly ResourceView[],
  purposes: ReadonlyMap<string, string>,
): Store {
  const bucket = views.find(({ type, name }) => type === resource.type && name === resource.name);
  const [encryption] =
    bucket === undefined
      ? []
      : ofBucket(
          views,
          "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
          bucket,
        );
  const settings = at(encryption?.props, "rules.0.applyServerSideEncryptionByDefault");
  const key = purposes.get(text(settings, "kmsMasterKeyId") ?? "");
  if (
    key !== undefined ||
    text(settings, "sseAlgorithm") !== "AES256" ||
    !(text(resource.inputs, "bucket") ?? "").includes("-logs-")
  )
    return { resource, what: "objects", key };
  return {
    resource,
    what: "objects",
    key: undefined,
    excuse:
      "S3 and load balancers deliver access logs only to buckets with S3's own keys (SSE-S3); they hold addresses and paths, never a body",
  };
}

/**
 * Volumes that a resource asks for, wherever in it: each is of a storage class, and only the
 * encrypted one counts.
 */
function volumes(resource: RecordedResource, { views, purposes }: Context): Store[] {
  if (
    resource.type === "kubernetes:storage.k8s.io/v1:StorageClass" ||
    !resource.type.startsWith("kubernetes:")
  )
    return [];
  const storage = views.find(
    (view) =>
      view.type === "kubernetes:storage.k8s.io/v1:StorageClass" &&
      view.name.startsWith(resource.region),
  );
  return claims(resource.inputs).map((name) => ({
    resource,
    what: `volume of class ${name ?? "none"}`,
    key:
      name === encryptedStorageClass
        ? purposes.get(text(storage?.props, "parameters.kmsKeyId") ?? "")
        : undefined,
  }));
}

/** Storage classes of every claim in a value; undefined for a claim that names none. */
function claims(value: unknown): (string | undefined)[] {
  if (Array.isArray(value)) return value.flatMap(claims);
  if (typeof value !== "object" || value === null) return [];
  const own =
    "storageClassName" in value ||
    "volumeSize" in value ||
    ("accessModes" in value && "resources" in value);
  return [
    ...(own ? [text(value, "storageClassName")] : []),
    ...Object.keys(value).flatMap((key) => claims(Reflect.get(value, key))),
  ];
}
