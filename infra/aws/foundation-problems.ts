import { minimumLogDays } from "../../services/contract/tiers";
import { days } from "../../services/contract/units";
import { bucketPurposes } from "../kubernetes/labels";
import type { GlobalFoundationArgs } from "./foundation";
import { bucketName, maximumBucketName } from "./names";

/** What is wrong with the arguments of a foundation; empty when nothing is. */
export function foundationProblems(args: GlobalFoundationArgs): string[] {
  return [
    ...(args.regions.length === 0 ? ["regions must have at least one region"] : []),
    ...args.regions
      .filter((region, index) => args.regions.indexOf(region) !== index)
      .map((region) => `regions must not repeat ${region}`),
    ...args.regions.flatMap((region) => regionProblems(region, args)),
    ...retentionProblems(args.auditRetention),
  ];
}

function regionProblems(region: string, args: GlobalFoundationArgs): string[] {
  const names = [...bucketPurposes, "logs" as const].map((purpose) =>
    bucketName(args, purpose, region),
  );
  return [
    ...(args.providers[region] === undefined
      ? [`providers must have one for ${region}, or its resources would land in another region`]
      : []),
    ...(/^(cn|us-gov)-/.test(region)
      ? [
          `regions: ${region} is in a partition whose ARNs and services differ; use a commercial region`,
        ]
      : []),
    ...names
      .filter((name) => name.length > maximumBucketName)
      .map(
        (name) =>
          `organization (${args.organization}) is too long: bucket ${name} has ${name.length} characters, at most ${maximumBucketName} are allowed`,
      ),
  ];
}

function retentionProblems(retention: string): string[] {
  const kept = days(retention);
  return kept < minimumLogDays
    ? [
        `auditRetention (${retention}) must be at least ${minimumLogDays} days (EU AI Act Art. 19, 26(6))`,
      ]
    : [];
}
