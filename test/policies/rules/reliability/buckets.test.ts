import { rule as forceDestroy } from "../../../../policies/rules/reliability/bucket-force-destroy";
import { rule as replication } from "../../../../policies/rules/reliability/bucket-replication";
import { rule as versioning } from "../../../../policies/rules/reliability/bucket-versioning";
import { ruleSuite, set } from "../../../support/rule-suite";
import { changed, goodBuckets } from "./good";

const good = goodBuckets();

ruleSuite(forceDestroy, {
  type: "aws:s3/bucket:Bucket",
  good: { ...good[0]!.props },
  deviations: {
    "deletion with all that is in it": (g) => ({
      deviant: { ...g, forceDestroy: true },
      message: /Bucket "example-audit-eu-west-1" must not set forceDestroy, got true/,
    }),
  },
  configured: [
    {
      title: "a stack that is torn down",
      parameters: { allowed: true },
      subject: (g) => ({ ...g, forceDestroy: true }),
      fires: false,
    },
  ],
});

ruleSuite(versioning, {
  good,
  deviations: {
    "a bucket without versions": (g) => ({
      deviant: g.filter(({ name }) => name !== "example-logs-eu-west-1-versioning"),
      message: /must have a BucketVersioning with status Enabled, got none/,
    }),
    "versions that are suspended": (g) => ({
      deviant: changed(g, "example-logs-eu-west-1-versioning", (props) =>
        set(props, "versioningConfiguration.status", "Suspended"),
      ),
      message: /got Suspended/,
    }),
  },
});

ruleSuite(replication, {
  good,
  deviations: {
    "buckets that stand alone": (g) => ({
      deviant: g.filter(({ name }) => name !== "replication"),
      message: /must be the source or the destination of an enabled replication, got neither/,
    }),
    "a replication that is switched off": (g) =>
      changed(g, "replication", (props) => set(props, "rules.0.status", "Disabled")),
  },
  configured: [
    {
      title: "a stack of one region",
      parameters: { required: false },
      subject: (g) => g.filter(({ name }) => name !== "replication"),
      fires: false,
    },
  ],
});
