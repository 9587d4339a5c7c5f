import {
  classificationMarks,
  dataClasses,
  dataClassRules,
} from "../../../services/contract/data-classes";
import { buckets, ofBucket, at, list, record } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = stackRule({
  name: "governance-data-retention",
  area: "governance",
  description:
    "What was deleted from a bucket must be gone after the days of its class, and nothing may be kept longer than the class allows.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Give the bucket a lifecycle rule over all objects with noncurrentVersionExpiration, and keep its expiration within the table of services/contract/data-classes.ts.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 10" },
    { framework: "iso-42001", clause: "A.7.2" },
    { framework: "ml-lens", clause: "MLSEC-07" },
  ],
  check: (resources) =>
    buckets(resources).flatMap((bucket) =>
      problems(resources, bucket).map((problem) => ({
        resource: bucket,
        message: `${subject(bucket)} must ${problem}`,
      })),
    ),
});

function problems(resources: readonly ResourceView[], bucket: ResourceView): string[] {
  const given = record(bucket.props, "tags")[classificationMarks.tag];
  const dataClass = dataClasses.find((one) => one === given);
  const rules = ofBucket(
    resources,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    bucket,
  )
    .flatMap(({ props }) => list(props, "rules"))
    .filter((rule) => at(rule, "status") === "Enabled");
  // Without a label or an enabled rule a bucket is for governance-data-classification and
  // cost-bucket-lifecycle; a locked one keeps what the law asks as long as its lock.
  if (
    dataClass === undefined ||
    rules.length === 0 ||
    ofBucket(
      resources,
      "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
      bucket,
    ).length > 0
  )
    return [];
  const { noncurrentDays, maximumRetentionDays } = dataClassRules[dataClass];
  const gone = rules
    .filter((rule) => at(rule, "filter.prefix") === undefined)
    .map((rule) => at(rule, "noncurrentVersionExpiration.noncurrentDays"));
  const days = gone.filter((one) => typeof one === "number").sort((a, b) => a - b)[0];
  const late = rules
    .map((rule) => at(rule, "expiration.days"))
    .filter((one) => typeof one === "number" && one > maximumRetentionDays);
  return [
    ...(days !== undefined && days <= noncurrentDays
      ? []
      : [
          `end versions that are not current after at most ${noncurrentDays} days (${dataClass}), got ${shown(days)}`,
        ]),
    ...late.map(
      (one) =>
        `expire objects after at most ${maximumRetentionDays} days (${dataClass}), got ${shown(one)}`,
    ),
  ];
}
