import { rule as classification } from "../../../../policies/rules/governance/data-classification";
import { rule as retention } from "../../../../policies/rules/governance/data-retention";
import { dataClasses } from "../../../../services/contract/data-classes";
import { bucketStack } from "../../../support/baselines/buckets";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { changed } from "../reliability/good";

ruleSuite(classification, {
  type: "aws:dynamodb/table:Table",
  good: { name: "features", tags: { "causeway:classification": "restricted" } },
  deviations: {
    "no tag": (g) => ({ deviant: unset(g, "tags"), message: /^Table "subject" must have the tag causeway:classification with one of public, internal, confidential, restricted, got nothing$/ }),
    "a class that the table does not know": (g) => ({ deviant: set(g, "tags", { "causeway:classification": "secret" }), message: /got "secret"$/ }),
  },
  configured: [{ title: "a class of another house", parameters: { classes: ["secret"] }, subject: (g) => set(g, "tags", { "causeway:classification": "secret" }), fires: false }],
});

ruleSuite(classification, {
  type: "kubernetes:core/v1:PersistentVolumeClaim",
  good: { metadata: { name: "lake", namespace: "causeway-training", labels: { "causeway.dev/classification": "restricted" } }, spec: { storageClassName: "causeway-encrypted" } },
  deviations: {
    "no label": (g) => ({ deviant: unset(g, "metadata.labels"), message: /must have the label causeway.dev\/classification with one of public, internal, confidential, restricted, got nothing$/ }),
  },
});

const lifecycle = (rules: object[]) => changed(bucketStack, "data-lifecycle", (props) => set(props, "rules", rules));
const aborted = { id: "uploads", status: "Enabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } };
const ended = (noncurrentDays: number) => ({ id: "old", status: "Enabled", noncurrentVersionExpiration: { noncurrentDays } });

ruleSuite(retention, {
  good: bucketStack,
  deviations: {
    "versions that stay": () => ({ deviant: lifecycle([aborted]), message: /^Bucket "data" must end versions that are not current after at most 30 days \(restricted\), got nothing$/ }),
    "versions that stay for a quarter": () => ({ deviant: lifecycle([aborted, ended(90)]), message: /got 90$/ }),
    "versions that go in one folder only": () => lifecycle([aborted, { ...ended(30), filter: { prefix: "runs/" } }]),
    "a rule that is off": () => lifecycle([aborted, { ...ended(30), status: "Disabled" }]),
    "rows of persons for ten years": () => ({ deviant: lifecycle([aborted, ended(30), { id: "end", status: "Enabled", filter: {}, expiration: { days: 3_650 } }]), message: /must expire objects after at most 1095 days \(restricted\), got 3650$/ }),
  },
});

it("leaves versions under a lock to the lock", () => {
  const locked = [...lifecycle([aborted]), { type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", name: "lock", props: { bucket: "data-lake" } }];
  expect(retention.check(locked, {})).toEqual([]);
});

it("knows the classes of the table", () => expect(classification.parameters["classes"]).toEqual([...dataClasses]));
