import { bucketPurposes } from "../../../infra/kubernetes/labels";
import { bucketName, bucketsTooLong } from "../../../infra/aws/naming";
import { bucketPolicy } from "../../../infra/aws/bucket-policy";
import { account, foundation, ofType, prod, settingOf, twoRegions, type Built } from "./support";

let two: Built;
beforeAll(async () => (two = await foundation()));

const purposes = [...bucketPurposes, "logs"] as const;

const names = twoRegions.flatMap((region) =>
  purposes.map((purpose) => bucketName(prod, purpose, region)),
);

it("tells the names that S3 would refuse", () => {
  const named = { ...prod, organization: "o".repeat(20) };
  expect(bucketsTooLong({ ...named, stack: "s".repeat(8) }, "ap-southeast-1")).toEqual([]);
  expect(bucketsTooLong({ ...named, stack: "s".repeat(9) }, "ap-southeast-1")).toEqual([
    "oooooooooooooooooooo-causeway-sssssssss-artifacts-ap-southeast-1",
  ]);
});

it("has a bucket of each purpose and one for logs in every region", () => {
  expect(
    ofType(two.resources, "aws:s3/bucket:Bucket")
      .map((bucket) => bucket.inputs["bucket"])
      .sort(),
  ).toEqual([...names].sort());
});

it("closes every bucket to the public, versions it and lets nobody else own its objects", () => {
  for (const name of names) {
    expect(settingOf(two, "BucketPublicAccessBlock").get(name)).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(settingOf(two, "BucketVersioning").get(name)).toMatchObject({
      versioningConfiguration: { status: "Enabled" },
    });
    expect(settingOf(two, "BucketOwnershipControls").get(name)).toMatchObject({
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
    expect(settingOf(two, "BucketLifecycleConfiguration").get(name)?.["rules"]).toContainEqual({
      id: "abandoned-uploads",
      status: "Enabled",
      filter: {},
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    });
  }
});

it.each(bucketPurposes)(
  "encrypts %s with the region's key and a bucket key, and logs access in the same region",
  (purpose) => {
    for (const region of twoRegions) {
      const name = bucketName(prod, purpose, region);
      expect(
        settingOf(two, "BucketServerSideEncryptionConfiguration").get(name)?.["rules"],
      ).toEqual([
        {
          bucketKeyEnabled: true,
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: "aws:kms",
            kmsMasterKeyId: expect.stringContaining(`arn:aws:kms:${region}:`),
          },
        },
      ]);
      expect(settingOf(two, "BucketLogging").get(name)).toEqual({
        bucket: name,
        targetBucket: bucketName(prod, "logs", region),
        targetPrefix: `s3/${name}/`,
      });
    }
  },
);

it("gives log buckets S3's own key, the only one that log delivery can write with, and no log of their own", () => {
  const name = bucketName(prod, "logs", "eu-west-1");
  expect(settingOf(two, "BucketServerSideEncryptionConfiguration").get(name)?.["rules"]).toEqual([
    { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
  ]);
  expect(settingOf(two, "BucketLogging").has(name)).toBe(false);
});

describe("bucket policies", () => {
  const statements = (text: unknown) =>
    new Map((JSON.parse(String(text)).Statement as { Sid: string }[]).map((s) => [s.Sid, s]));

  it.each(names)("refuse plain HTTP and old TLS on %s", (name) => {
    const all = [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`];
    const policy = statements(settingOf(two, "BucketPolicy").get(name)?.["policy"]);
    expect(policy.get("DenyPlainHttp")).toEqual({
      Sid: "DenyPlainHttp",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: all,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    expect(policy.get("DenyOldTls")).toEqual({
      Sid: "DenyOldTls",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: all,
      Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
    });
  });

  it("refuse an upload that names another encryption, and take one that names none", () => {
    const name = bucketName(prod, "data", "eu-west-1");
    expect(
      statements(JSON.stringify(bucketPolicy(name, "data", prod, "eu-west-1", "eu-west-1"))).get(
        "DenyOtherEncryption",
      ),
    ).toMatchObject({
      Effect: "Deny",
      Action: ["s3:PutObject"],
      Condition: {
        Null: { "s3:x-amz-server-side-encryption": "false" },
        StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" },
      },
    });
  });

  it("let our trail, and no other, write into the home audit bucket alone", () => {
    const writers = names.filter((name) =>
      statements(settingOf(two, "BucketPolicy").get(name)?.["policy"]).has("WriteTrail"),
    );
    expect(writers).toEqual([bucketName(prod, "audit", "eu-west-1")]);
    expect(
      statements(settingOf(two, "BucketPolicy").get(writers[0])?.["policy"]).get("WriteTrail"),
    ).toMatchObject({
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Resource: [
        `arn:aws:s3:::example-causeway-prod-audit-eu-west-1/cloudtrail/AWSLogs/${account}/*`,
      ],
      Condition: {
        StringEquals: {
          "aws:SourceArn": `arn:aws:cloudtrail:eu-west-1:${account}:trail/example-causeway-prod-audit`,
        },
      },
    });
  });

  it("let only log delivery for this account write into a log bucket", () => {
    const policy = statements(
      settingOf(two, "BucketPolicy").get(bucketName(prod, "logs", "eu-central-1"))?.["policy"],
    );
    expect([...policy.keys()]).toEqual([
      "DenyPlainHttp",
      "DenyOldTls",
      "WriteBucketAccessLogs",
      "WriteLoadBalancerLogs",
    ]);
    expect(policy.get("WriteBucketAccessLogs")).toMatchObject({
      Principal: { Service: "logging.s3.amazonaws.com" },
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    });
    expect(policy.get("WriteLoadBalancerLogs")).toMatchObject({
      Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
      Resource: [`arn:aws:s3:::example-causeway-prod-logs-eu-central-1/alb/AWSLogs/${account}/*`],
    });
  });
});
