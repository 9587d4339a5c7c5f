import { bucketPurposes } from "../../../infra/kubernetes/labels";
import { bucketName } from "../../../infra/aws/naming";
import { only } from "../../support/record";
import { foundation, ofType, prod, settingOf, twoRegions, type Built } from "./support";
import { duration } from "../../../services/contract/units";

let two: Built;
let dev: Built;

beforeAll(async () => {
  two = await foundation();
  dev = await foundation({
    environment: "dev",
    regions: ["eu-west-1"],
    auditRetention: duration.parse("183 days"),
  });
});

describe("what a bucket keeps", () => {
  const rulesIn = (purpose: "data" | "artifacts") =>
    settingOf(two, "BucketLifecycleConfiguration").get(bucketName(prod, purpose, "eu-west-1"))?.[
      "rules"
    ] as { id: string }[];
  const named = (purpose: "data" | "artifacts", id: string) =>
    rulesIn(purpose).find((rule) => rule.id === id);

  it("ends the lake with its class, and the runs of a model with its contract", () => {
    expect(named("data", "end-of-retention")).toEqual({
      id: "end-of-retention",
      status: "Enabled",
      filter: {},
      expiration: { days: 1_095 },
    });
    // Orders of an erasure name a subject, in the copies of other regions too, which no deletion of
    // a version reaches.
    expect(named("artifacts", "end-of-erasures")).toEqual({
      id: "end-of-erasures",
      status: "Enabled",
      filter: { prefix: "erasures/" },
      expiration: { days: 30 },
      noncurrentVersionExpiration: { noncurrentDays: 1 },
    });
    expect(named("artifacts", "end-of-runs-loan-approval")).toEqual({
      id: "end-of-runs-loan-approval",
      status: "Enabled",
      filter: { prefix: "runs/loan-approval/" },
      expiration: { days: 730 },
    });
  });

  it("ends what was deleted within the month of an erasure", () => {
    for (const purpose of ["data", "artifacts"] as const)
      expect(named(purpose, "superseded")).toEqual({
        id: "superseded",
        status: "Enabled",
        filter: {},
        noncurrentVersionExpiration: { noncurrentDays: 30 },
      });
  });

  it("says of every bucket how sensitive its objects are", () => {
    const tags = ofType(two.resources, "aws:s3/bucket:Bucket").map(
      ({ inputs }) => inputs["tags"] as Record<string, string>,
    );
    expect(
      Object.fromEntries(
        tags.map((tag) => [tag["causeway:purpose"], tag["causeway:classification"]]),
      ),
    ).toEqual({
      data: "restricted",
      artifacts: "restricted",
      audit: "confidential",
      logs: "internal",
    });
  });
});

describe("the audit bucket", () => {
  it("locks objects for the retention, in prod so that nobody can shorten it", () => {
    const locked = settingOf(two, "BucketObjectLockConfiguration");
    expect([...locked.keys()]).toEqual(
      twoRegions.map((region) => bucketName(prod, "audit", region)),
    );
    for (const lock of locked.values())
      expect(lock).toMatchObject({
        objectLockEnabled: "Enabled",
        rule: { defaultRetention: { mode: "COMPLIANCE", days: 400 } },
      });
    expect(
      only(dev.resources, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")
        .inputs["rule"],
    ).toEqual({ defaultRetention: { mode: "GOVERNANCE", days: 183 } });
    const lockable = ofType(two.resources, "aws:s3/bucket:Bucket").filter(
      (bucket) => bucket.inputs["objectLockEnabled"] === true,
    );
    expect(lockable.map((bucket) => bucket.inputs["bucket"])).toEqual([...locked.keys()]);
  });

  it("expires objects only after the lock", () => {
    expect(
      settingOf(two, "BucketLifecycleConfiguration").get(bucketName(prod, "audit", "eu-west-1"))?.[
        "rules"
      ],
    ).toEqual(
      expect.arrayContaining([
        {
          id: "end-of-retention-cloudtrail",
          status: "Enabled",
          filter: { prefix: "cloudtrail/" },
          expiration: { days: 401 },
        },
        {
          id: "superseded",
          status: "Enabled",
          filter: {},
          noncurrentVersionExpiration: { noncurrentDays: 401 },
        },
      ]),
    );
  });

  it("leaves the objects of the log store's snapshots to Elasticsearch, which ends them itself", () => {
    const rules = settingOf(two, "BucketLifecycleConfiguration").get(
      bucketName(prod, "audit", "eu-west-1"),
    )?.["rules"] as { filter: { prefix?: string }; expiration?: object; transitions?: object[] }[];
    const concerned = rules.filter(
      ({ filter }) => filter.prefix === undefined || "log-snapshots/".startsWith(filter.prefix),
    );
    expect(concerned.filter(({ transitions }) => transitions !== undefined)).toEqual([]);
    expect(concerned.flatMap(({ expiration }) => expiration ?? [])).toEqual([
      { expiredObjectDeleteMarker: true },
    ]);
  });

  it("stays after a destroy of prod, with its key; dev is emptied", () => {
    const kept = two.resources.filter((resource) => resource.options.retainOnDelete);
    expect(
      [
        ...new Set(
          kept.map(
            (resource) =>
              resource.name.match(
                /^global-(keys-audit|buckets-(audit|logs)-eu-(west|central)-1)/,
              )?.[0],
          ),
        ),
      ].sort(),
    ).toEqual([
      "global-buckets-audit-eu-central-1",
      "global-buckets-audit-eu-west-1",
      "global-buckets-logs-eu-central-1",
      "global-buckets-logs-eu-west-1",
      "global-keys-audit",
    ]);
    expect(dev.resources.some((resource) => resource.options.retainOnDelete)).toBe(false);
    expect(
      ofType(two.resources, "aws:s3/bucket:Bucket").map((bucket) => bucket.inputs["forceDestroy"]),
    ).toEqual(Array(8).fill(false));
    expect(
      ofType(dev.resources, "aws:s3/bucket:Bucket").map((bucket) => bucket.inputs["forceDestroy"]),
    ).toEqual(Array(4).fill(true));
  });
});

describe("replication", () => {
  it("copies each purpose from home to the other region under that region's key", () => {
    const configs = ofType(two.resources, "aws:s3/bucketReplicationConfig:BucketReplicationConfig");
    expect(configs.map((config) => config.inputs["bucket"])).toEqual(
      bucketPurposes.map((purpose) => bucketName(prod, purpose, "eu-west-1")),
    );
    for (const [index, purpose] of bucketPurposes.entries()) {
      expect(configs[index]!.inputs["rules"]).toEqual([
        {
          id: "to-eu-central-1",
          priority: 0,
          status: "Enabled",
          filter: {},
          deleteMarkerReplication: { status: purpose === "audit" ? "Disabled" : "Enabled" },
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: {
            bucket: `arn:aws:s3:::${bucketName(prod, purpose, "eu-central-1")}`,
            encryptionConfiguration: {
              replicaKmsKeyId: expect.stringContaining("arn:aws:kms:eu-central-1:"),
            },
            replicationTime: { status: "Enabled", time: { minutes: 15 } },
            metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
          },
        },
      ]);
    }
  });

  it("waits until both buckets are versioned", () => {
    const [config] = ofType(
      two.resources,
      "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    );
    const versioned = config!.options.dependencies.filter((urn) =>
      urn.includes("BucketVersioning"),
    );
    expect(versioned.map((urn) => urn.split("::").pop())).toEqual([
      "global-buckets-data-eu-west-1-versioning",
      "global-buckets-data-eu-central-1-versioning",
    ]);
  });

  it("does not exist in a single region, nor does its role", () => {
    expect(ofType(dev.resources, "aws:s3/bucketReplicationConfig:BucketReplicationConfig")).toEqual(
      [],
    );
    expect(ofType(dev.resources, "aws:iam/role:Role").map((role) => role.name)).not.toContain(
      "global-buckets-replication",
    );
  });
});
