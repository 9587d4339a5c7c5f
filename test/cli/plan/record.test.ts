import * as pulumi from "@pulumi/pulumi";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { Role } from "@pulumi/aws/iam";
import { Provider } from "@pulumi/aws/provider";
import { Bucket, BucketVersioning } from "@pulumi/aws/s3";
import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import { Chart } from "@pulumi/kubernetes/helm/v4";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { record as recordStack } from "../../../cli/plan/record";
import { only, record } from "../../support/record";

class Part extends pulumi.ComponentResource {
  constructor(name: string, args: Record<string, unknown>, opts?: pulumi.ComponentResourceOptions) {
    super("test:parts:Part", name, args, opts);
  }
}

const urn = (types: string, name: string) => `urn:pulumi:test::causeway::${types}::${name}`;
const bucketType = "aws:s3/bucket:Bucket";

describe("what is recorded", () => {
  it("keeps parents, and makes URNs from all ancestors as the engine does", async () => {
    const resources = await record(() => {
      const outer = new Part("outer", {});
      const inner = new Part("inner", {}, { parent: outer });
      new Bucket("store", {}, { parent: inner });
    });
    expect(resources.map((r) => [r.name, r.custom, r.parent])).toEqual([
      ["outer", false, urn("pulumi:pulumi:Stack", "causeway-test")],
      ["inner", false, urn("test:parts:Part", "outer")],
      ["store", true, urn("test:parts:Part$test:parts:Part", "inner")],
    ]);
    expect(only(resources, bucketType).urn).toBe(
      urn(`test:parts:Part$test:parts:Part$${bucketType}`, "store"),
    );
  });

  it("keeps the options that decide what an update may do", async () => {
    const resources = await record(() => {
      const provider = new Provider("eu", { region: "eu-west-1" });
      const store = new Bucket(
        "store",
        {},
        { provider, protect: true, ignoreChanges: ["tags"], aliases: [{ name: "old" }] },
      );
      new BucketVersioning(
        "versions",
        { bucket: store.id, versioningConfiguration: { status: "Enabled" } },
        { dependsOn: [provider] },
      );
    });
    const store = only(resources, bucketType);
    expect(store.options).toMatchObject({
      provider: urn("pulumi:providers:aws", "eu"),
      protect: true,
      ignoreChanges: ["tags"],
      aliases: ["old"],
    });
    const versions = only(resources, "aws:s3/bucketVersioning:BucketVersioning").options;
    expect(versions.propertyDependencies).toEqual({ bucket: [store.urn] });
    expect([...versions.dependencies].sort()).toEqual(
      [urn("pulumi:providers:aws", "eu"), store.urn].sort(),
    );
  });

  it("hides secrets wherever they flow, and keeps the keys of a secret object", async () => {
    const recording = await recordStack(
      () => {
        const password = new pulumi.Config("app").requireSecret("password");
        const secret = new Secret("secret", {
          metadata: { name: "s" },
          stringData: { password, user: "admin" },
        });
        new ConfigMap("derived", {
          metadata: { name: "d" },
          data: { url: pulumi.interpolate`https://${password}@example.com` },
        });
        return { password, stored: secret.stringData };
      },
      {
        project: "causeway",
        stack: "test",
        config: { "app:password": "hunter2" },
        secretKeys: ["app:password"],
      },
    );
    expect(JSON.stringify(recording)).not.toContain("hunter2");
    expect(only(recording.resources, "kubernetes:core/v1:Secret").inputs["stringData"]).toEqual({
      password: "[secret]",
      user: "[secret]",
    });
    expect(only(recording.resources, "kubernetes:core/v1:ConfigMap").inputs["data"]).toEqual({
      url: "[secret]",
    });
    expect(recording.outputs).toEqual({
      password: "[secret]",
      stored: { password: "[secret]", user: "[secret]" },
    });
  });

  it("names the encrypted keys in the environment while the program runs, and not after", async () => {
    let seen: string | undefined;
    await recordStack(() => void (seen = process.env["PULUMI_CONFIG_SECRET_KEYS"]), {
      project: "causeway",
      stack: "test",
      config: {},
      secretKeys: ["causeway:alertWebhook"],
    });
    expect(JSON.parse(seen!)).toEqual(["causeway:alertWebhook"]);
    expect(process.env["PULUMI_CONFIG_SECRET_KEYS"]).toBeUndefined();
  });

  it("keeps inputs as they were when the resource was registered, with keys in order", async () => {
    const tags = { b: "1", a: "2" };
    const bucket = { bucket: "data", tags };
    const resources = await record(() => {
      const store = new Bucket("store", bucket);
      new Bucket("copy", {
        tags: store.tags.apply((own) => {
          tags.b = "changed";
          return own ?? {};
        }),
      });
    });
    const [store, copy] = resources.filter(({ type }) => type === bucketType);
    expect(JSON.stringify(store?.inputs)).toBe('{"bucket":"data","tags":{"a":"2","b":"1"}}');
    expect(JSON.stringify(copy?.inputs)).toBe('{"tags":{"a":"2","b":"1"}}');
  });

  it("leaves the SDK as it was, so that tests with its own mocks still speak its protocol", async () => {
    const { fromJavaScript } = Struct;
    let during: unknown;
    await record(() => void (during = Struct.fromJavaScript));
    expect(during).not.toBe(fromJavaScript);
    expect(Struct.fromJavaScript).toBe(fromJavaScript);
    await expect(record(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(Struct.fromJavaScript).toBe(fromJavaScript);
    const message = Struct.fromJavaScript({ a: [1, null, { b: "c" }] });
    expect(Struct.deserializeBinary(message.serializeBinary()).toJavaScript()).toEqual({
      a: [1, null, { b: "c" }],
    });
  });

  it("fills what a cloud would answer, the same in every run", async () => {
    const program = () => {
      const role = new Role("runner", { name: "runner", assumeRolePolicy: "{}" });
      new Bucket("store", { tags: { role: role.arn } });
    };
    const config = { "causeway:account": "444455556666" };
    const [first, second] = [await record(program, { config }), await record(program, { config })];
    expect(only(first, bucketType).inputs["tags"]).toEqual({
      role: "arn:aws:iam::444455556666:role/runner",
    });
    expect(only(first, bucketType).outputs["arn"]).toMatch(/^arn:aws:s3:::store-[0-9a-f]{7}$/);
    expect(second).toEqual(first);
  });

  it("runs the program as a preview", async () => {
    let preview: boolean | undefined;
    await record(() => void (preview = pulumi.runtime.isDryRun()));
    expect(preview).toBe(true);
  });

  it("records several stacks one after the other without mixing them", async () => {
    const names = [];
    for (const stack of ["dev", "prod"])
      names.push(
        (await record(() => void new Bucket(pulumi.getStack(), {}), { stack })).map((r) => r.urn),
      );
    expect(names).toEqual([
      ["urn:pulumi:dev::causeway::aws:s3/bucket:Bucket::dev"],
      ["urn:pulumi:prod::causeway::aws:s3/bucket:Bucket::prod"],
    ]);
  });
});

describe("the region of a resource", () => {
  it("is its own, else its nearest ancestor's, else its provider's, else global", async () => {
    const resources = await record(() => {
      const provider = new Provider("provider", { region: "eu-west-1" });
      const part = new Part("part", { region: "us-east-1" }, { providers: [provider] });
      const nested = new Part("nested", {}, { parent: part });
      new Bucket("own", { region: "eu-central-1" }, { parent: nested });
      new Bucket("ancestor", {}, { parent: nested });
      new Bucket("by-provider", {}, { provider });
      new Role("worldwide", { assumeRolePolicy: "{}" }, { provider });
      new Bucket("none", {});
    });
    const regions = Object.fromEntries(
      resources.filter((r) => r.custom).map((r) => [r.name, r.region]),
    );
    expect(regions).toEqual({
      provider: "eu-west-1",
      own: "eu-central-1",
      ancestor: "us-east-1",
      "by-provider": "eu-west-1",
      worldwide: "global",
      none: "global",
    });
  });
});

describe("what ends a recording", () => {
  it("is an error of the program, as it was thrown", async () => {
    const program = () => {
      const part = new Part("part", {});
      throw new pulumi.ResourceError("minReplicas (5) must be at most maxReplicas (3)", part);
    };
    await expect(record(program)).rejects.toThrow(
      new pulumi.ResourceError("minReplicas (5) must be at most maxReplicas (3)", undefined),
    );
  });

  it("is an error of the program that still says where it was thrown, and leaves no trace in the process", async () => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    const program = function thrower() {
      throw new TypeError("not a function");
    };
    const error = await record(program).then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(error?.stack).toMatch(/^TypeError: not a function\n +at thrower \(/);
    expect([Error.prepareStackTrace, Error.stackTraceLimit]).toEqual([
      prepareStackTrace,
      stackTraceLimit,
    ]);
  });

  it("is a call of a provider", async () => {
    await expect(
      record(() => ({ account: getCallerIdentityOutput({}).accountId })),
    ).rejects.toThrow(
      "the program called aws:index/getCallerIdentity:getCallerIdentity, which needs a cloud",
    );
  });

  it("is the lookup of a resource that exists", async () => {
    await expect(record(() => void Bucket.get("old", "old-id"))).rejects.toThrow(
      "the program reads an existing aws:s3/bucket:Bucket (old), which needs a cloud",
    );
  });

  it("is a remote component, which hides what it creates", async () => {
    await expect(record(() => void new Chart("chart", { chart: "x" }))).rejects.toThrow(
      "kubernetes:helm.sh/v4:Chart (chart) is a remote component",
    );
  });

  it("is a second resource of the same type and name under one parent", async () => {
    const program = () => {
      new Bucket("twice", { tags: { n: "1" } });
      new Bucket("twice", { tags: { n: "2" } });
    };
    await expect(record(program)).rejects.toThrow("two resources have the name twice");
  });

  it("is not an output that the plan cannot fill: that is reported, and the test helper refuses it", async () => {
    const program = () => {
      const store = new Bucket("store", {});
      new ConfigMap("map", {
        metadata: { name: "map" },
        data: { owner: pulumi.interpolate`by ${store.requestPayer}` },
      });
    };
    const { gaps } = await recordStack(program, {
      project: "causeway",
      stack: "test",
      config: {},
      secretKeys: [],
    });
    expect(gaps).toEqual([
      "kubernetes:core/v1:ConfigMap (map): data takes an output that is not known before the update",
    ]);
    await expect(record(program)).rejects.toThrow(
      "data takes an output that is not known before the update",
    );
  });
});
