import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/aws/provider";
import { Bucket, BucketVersioning } from "@pulumi/aws/s3";
import { Role } from "@pulumi/aws/iam";
import { getCallerIdentity } from "@pulumi/aws";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import { only, record } from "../../support/record";

class Part extends pulumi.ComponentResource {
  constructor(name: string, args: Record<string, unknown>, opts?: pulumi.ComponentResourceOptions) {
    super("test:parts:Part", name, args, opts);
  }
}

const urn = (types: string, name: string) => `urn:pulumi:test::causeway::${types}::${name}`;

describe("record", () => {
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
    expect(only(resources, "aws:s3/bucket:Bucket").urn).toBe(urn("test:parts:Part$test:parts:Part$aws:s3/bucket:Bucket", "store"));
  });
});
