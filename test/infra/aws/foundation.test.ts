import { only } from "../../support/record";
import { account, documentsOf, foundation, ofType, twoRegions, type Built } from "./support";
import { duration } from "../../../services/contract/units";

let two: Built;
let one: Built;
beforeAll(async () => {
  two = await foundation();
  one = await foundation({ environment: "dev", regions: ["eu-west-1"] });
});

const regionsOf = (built: Built, type: string) =>
  ofType(built.resources, type).map((resource) => resource.region);

describe("every policy document of the foundation", () => {
  it("allows no wildcard action on a wildcard resource, in an identity policy not even one of a service", () => {
    const documents = documentsOf([...two.resources, ...one.resources]);
    expect(documents.length).toBeGreaterThan(50);
    const offending = documents.flatMap(({ where, document }) =>
      document.Statement.filter(
        (s) =>
          s["Effect"] === "Allow" &&
          [s["Resource"]].flat().includes("*") &&
          [s["Action"]].flat().some((action) => String(action).includes("*")),
      ).map((s) => `${where} ${String(s["Sid"])}`),
    );
    expect(offending).toEqual([]);
  });

  it("names each statement once, in letters that IAM takes", () => {
    for (const { document } of documentsOf(two.resources)) {
      const sids = document.Statement.map((statement) => statement["Sid"]);
      expect(new Set(sids).size).toBe(sids.length);
      for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
    }
  });

  it("gives nobody on the outside anything", () => {
    for (const { where, document } of documentsOf(two.resources)) {
      const open = document.Statement.filter(
        (s) =>
          s["Effect"] === "Allow" &&
          (s["Principal"] === "*" || JSON.stringify(s["Principal"])?.includes('"AWS":"*"')),
      );
      expect({ where, open }).toEqual({ where, open: [] });
    }
  });
});

describe("keys", () => {
  it("are multi-Region, rotate, and have a replica and an alias in every region", () => {
    const keys = ofType(two.resources, "aws:kms/key:Key").filter(
      ({ name }) => !["global-signing", "global-checkpoints", "global-metrics-key"].includes(name),
    );
    expect(keys.map((key) => key.name)).toEqual(
      ["data", "artifacts", "audit", "logs", "secrets", "volumes"].map(
        (purpose) => `global-keys-${purpose}`,
      ),
    );
    for (const key of keys)
      expect(key.inputs).toMatchObject({
        multiRegion: true,
        enableKeyRotation: true,
        rotationPeriodInDays: 365,
        deletionWindowInDays: 30,
      });
    const replicas = ofType(two.resources, "aws:kms/replicaKey:ReplicaKey");
    expect(replicas.map((replica) => replica.region)).toEqual(Array(6).fill("eu-central-1"));
    expect(replicas.map((replica) => replica.inputs["policy"])).toEqual(
      keys.map((key) => key.inputs["policy"]),
    );
    const aliases = ofType(two.resources, "aws:kms/alias:Alias");
    expect(aliases).toHaveLength(14);
    expect(aliases[0]!.inputs["name"]).toBe("alias/example-causeway-prod-data");
  });

  it("have no replica in a single region", () => {
    expect(ofType(one.resources, "aws:kms/key:Key")).toHaveLength(9);
    expect(ofType(one.resources, "aws:kms/replicaKey:ReplicaKey")).toEqual([]);
  });

  it("have one beside them that signs releases, which only who publishes may use", () => {
    const key = ofType(two.resources, "aws:kms/key:Key").find(
      ({ name }) => name === "global-signing",
    );
    expect(key).toMatchObject({
      region: "eu-west-1",
      inputs: {
        customerMasterKeySpec: "ECC_NIST_P256",
        keyUsage: "SIGN_VERIFY",
        multiRegion: true,
        deletionWindowInDays: 30,
      },
    });
    const signing = documentsOf(two.resources).filter(({ document }) =>
      document.Statement.some((s) => JSON.stringify(s["Action"]).includes('"kms:Sign"')),
    );
    expect(signing.map(({ where }) => where)).toEqual([
      expect.stringContaining("roles-boundary"),
      expect.stringContaining("workload-boundary"),
      expect.stringContaining("global-signing"),
      expect.stringContaining("global-checkpoints"),
      expect.stringContaining("pipeline"),
    ]);
  });

  it("have one that signs the ledger's checkpoints, as one role alone, and that outlives prod", () => {
    const key = ofType(two.resources, "aws:kms/key:Key").find(
      ({ name }) => name === "global-checkpoints",
    )!;
    const { Statement: statements } = documentsOf([key])[0]!.document;
    const allowing = (action: string) =>
      statements.filter(({ Action }) => [Action].flat().includes(action));
    expect(allowing("kms:Sign").map(({ Condition }) => Condition)).toEqual([
      {
        StringEquals: {
          "kms:CallerAccount": "444455556666",
          "aws:PrincipalArn": "arn:aws:iam::444455556666:role/example-causeway-prod-checkpoints",
        },
      },
    ]);
    expect([allowing("kms:ScheduleKeyDeletion"), allowing("kms:DisableKey")]).toEqual([[], []]);
    expect(key.options.retainOnDelete).toBe(true);
  });

  it("refuse a region that the stack does not have", () => {
    expect(() => one.foundation.keyArn("data", "eu-central-1")).toThrow(
      "no key of data in eu-central-1; there are: data/eu-west-1,",
    );
  });
});

describe("image repositories", () => {
  it("are immutable, scanned and encrypted in every region", () => {
    const repositories = ofType(two.resources, "aws:ecr/repository:Repository");
    expect(repositories.map((r) => `${r.region} ${String(r.inputs["name"])}`)).toEqual(
      twoRegions.flatMap((region) =>
        ["models/loan-approval", "model-server", "training", "delivery"].map(
          (name) => `${region} example-causeway-prod/${name}`,
        ),
      ),
    );
    for (const repository of repositories) {
      expect(repository.inputs).toMatchObject({
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        forceDelete: false,
        encryptionConfigurations: [
          {
            encryptionType: "KMS",
            kmsKey: expect.stringContaining(`arn:aws:kms:${repository.region}:`),
          },
        ],
      });
    }
    expect(ofType(two.resources, "aws:ecr/lifecyclePolicy:LifecyclePolicy")).toHaveLength(8);
  });

  it("are replicated to the other regions, and to none in a single one", () => {
    expect(
      only(two.resources, "aws:ecr/replicationConfiguration:ReplicationConfiguration").inputs[
        "replicationConfiguration"
      ],
    ).toEqual({
      rules: [
        {
          destinations: [{ region: "eu-central-1", registryId: account }],
          repositoryFilters: [{ filter: "example-causeway-prod/", filterType: "PREFIX_MATCH" }],
        },
      ],
    });
    expect(
      ofType(one.resources, "aws:ecr/replicationConfiguration:ReplicationConfiguration"),
    ).toEqual([]);
  });
});

describe("detection", () => {
  it("has an enabled detector and an analyzer in every region", () => {
    expect(regionsOf(two, "aws:guardduty/detector:Detector")).toEqual([...twoRegions]);
    expect(regionsOf(two, "aws:accessanalyzer/analyzer:Analyzer")).toEqual([...twoRegions]);
    for (const detector of ofType(two.resources, "aws:guardduty/detector:Detector"))
      expect(detector.inputs).toEqual({
        enable: true,
        findingPublishingFrequency: "FIFTEEN_MINUTES",
      });
    expect(
      ofType(one.resources, "aws:guardduty/detectorFeature:DetectorFeature").map(
        (f) => f.inputs["name"],
      ),
    ).toEqual(["S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION"]);
    expect(Object.keys(two.foundation.detectors)).toEqual([...twoRegions]);
  });
});

describe("detection that the account has already", () => {
  const types = ["aws:guardduty/detector:Detector", "aws:accessanalyzer/analyzer:Analyzer"];
  const features = "aws:guardduty/detectorFeature:DetectorFeature";

  it("creates nothing of it, and says so to the policies", async () => {
    const built = await foundation({ threatDetection: "existing" });
    expect([...types, features].flatMap((type) => ofType(built.resources, type))).toEqual([]);
    expect(only(built.resources, "causeway:global:ThreatDetection").inputs).toMatchObject({
      threatDetection: "existing",
      regions: [...twoRegions],
    });
    expect(Object.keys(built.foundation.detectors)).toEqual([...twoRegions]);
  });

  it("is not spoken of where the stack has its own", () =>
    expect(only(two.resources, "causeway:global:ThreatDetection").inputs).not.toHaveProperty(
      "threatDetection",
    ));
});

describe("the audit trail", () => {
  it("records all regions and the objects of every data lake, validated and encrypted, after the bucket's policy", () => {
    const trail = only(two.resources, "aws:cloudtrail/trail:Trail");
    expect(trail.inputs).toMatchObject({
      name: "example-causeway-prod-audit",
      s3BucketName: "example-causeway-prod-audit-eu-west-1",
      s3KeyPrefix: "cloudtrail",
      kmsKeyId: expect.stringMatching(/^arn:aws:kms:eu-west-1:/),
      enableLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
    });
    expect(trail.inputs["advancedEventSelectors"]).toContainEqual({
      name: "Objects of the data lake",
      fieldSelectors: [
        { field: "eventCategory", equals: ["Data"] },
        { field: "resources.type", equals: ["AWS::S3::Object"] },
        {
          field: "resources.ARN",
          startsWiths: [
            "arn:aws:s3:::example-causeway-prod-data-eu-west-1/",
            "arn:aws:s3:::example-causeway-prod-data-eu-central-1/",
          ],
        },
      ],
    });
    expect(JSON.stringify(trail.inputs["advancedEventSelectors"])).toContain(
      '"arn:aws:s3:::example-causeway-prod-artifacts-eu-central-1/runs/"',
    );
    expect(trail.options.propertyDependencies["s3BucketName"]).toContainEqual(
      expect.stringContaining("BucketPolicy::global-buckets-audit-eu-west-1-policy"),
    );
  });
});

describe("the metrics workspace", () => {
  it("is in the home region under a key of one region, its log under the key for logs", () => {
    const workspace = only(two.resources, "aws:amp/workspace:Workspace");
    const key = (name: string) =>
      ofType(two.resources, "aws:kms/key:Key").find((one) => one.name === name)!;
    expect(workspace.region).toBe("eu-west-1");
    expect(workspace.inputs["kmsKeyArn"]).toBe(key("global-metrics-key").outputs["arn"]);
    expect(key("global-metrics-key").inputs["multiRegion"]).toBeUndefined();
    expect(only(two.resources, "aws:cloudwatch/logGroup:LogGroup").inputs).toMatchObject({
      name: "/aws/vendedlogs/prometheus/example-causeway-prod",
      retentionInDays: 400,
      kmsKeyId: key("global-keys-logs").outputs["arn"],
    });
  });

  it("tells where to write", async () => {
    const { remoteWriteUrl } = only(two.resources, "causeway:global:GlobalFoundation").outputs[
      "metricsWorkspace"
    ] as { remoteWriteUrl: string };
    expect(remoteWriteUrl).toMatch(
      /^https:\/\/aps-workspaces\.eu-west-1\.amazonaws\.com\/workspaces\/ws-[0-9a-f-]+\/api\/v1\/remote_write$/,
    );
  });
});

describe("the foundation", () => {
  it("gives its arguments to the engine without the providers", () => {
    expect(
      Object.keys(only(two.resources, "causeway:global:GlobalFoundation").inputs).sort(),
    ).toEqual([
      "access",
      "account",
      "alertEmails",
      "auditRetention",
      "environment",
      "models",
      "organization",
      "regions",
      "runRetention",
      "stack",
    ]);
  });

  it("puts every resource of a region under that region's provider", () => {
    for (const resource of two.resources.filter((r) => r.custom && r.type.startsWith("aws:")))
      expect(resource.options.provider).toMatch(/pulumi:providers:aws::eu-(west|central)-1$/);
  });

  it("names every child after itself", () => {
    for (const resource of two.resources.filter((r) => !r.type.startsWith("pulumi:providers:")))
      expect(resource.name).toMatch(/^global(-|$)/);
  });

  it("tells all problems at once", async () => {
    await expect(
      foundation({
        organization: "a-much-too-long-organization-name",
        regions: ["eu-west-1", "cn-north-1"],
        auditRetention: duration.parse("30 days"),
      }),
    ).rejects.toThrow(
      /organization \(a-much-too-long-organization-name\) and stack \(prod\) are too long: bucket a-much-too-long-organization-name-causeway-prod-artifacts-eu-west-1 has 67 characters, at most 63 are allowed[^]*cn-north-1 is in a partition[^]*auditRetention \(30 days\) must be at least 183 days \(EU AI Act Art\. 19, 26\(6\)\)/,
    );
  });
});
