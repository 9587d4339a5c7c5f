import * as cloudtrail from "@pulumi/aws/cloudtrail";
import * as pulumi from "@pulumi/pulumi";
import { runsFolder } from "./bucket-lifecycle";
import { auditRecords, orderFolders, trailPrefix } from "./bucket-policy";
import type { BucketPurpose } from "../kubernetes/labels";
import { bucketArn, bucketName, trailName, type Naming } from "./naming";

/** Arguments of {@link AuditTrail}. */
export interface AuditTrailArgs extends Naming {
  readonly regions: readonly string[];
  /** The home region's audit bucket. */
  readonly auditBucket: pulumi.Input<string>;
  /** The home region's audit key. */
  readonly keyArn: pulumi.Input<string>;
}

/**
 * Record of every management call in the account, and of every read and write of the data lake's
 * objects, of the rows that runs took from it, of the ledger and its approvals, and of orders, in
 * all regions.
 */
export class AuditTrail extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:AuditTrail";

  constructor(name: string, args: AuditTrailArgs, opts?: pulumi.ComponentResourceOptions) {
    super(AuditTrail.__pulumiType, name, args, opts);
    new cloudtrail.Trail(
      name,
      {
        name: trailName(args),
        s3BucketName: args.auditBucket,
        s3KeyPrefix: trailPrefix,
        kmsKeyId: args.keyArn,
        enableLogging: true,
        isMultiRegionTrail: true,
        includeGlobalServiceEvents: true,
        enableLogFileValidation: true,
        advancedEventSelectors: eventSelectors(args, args.regions),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}

/** What the trail records. */
export function eventSelectors(naming: Naming, regions: readonly string[]) {
  const below = (purpose: BucketPurpose, region: string, folder: string) =>
    `${bucketArn(bucketName(naming, purpose, region))}/${folder}/`;
  return [
    {
      name: "Management events",
      fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }],
    },
    {
      name: "Objects of the data lake",
      fieldSelectors: [
        { field: "eventCategory", equals: ["Data"] },
        { field: "resources.type", equals: ["AWS::S3::Object"] },
        {
          field: "resources.ARN",
          startsWiths: regions.map((region) => `${bucketArn(bucketName(naming, "data", region))}/`),
        },
      ],
    },
    {
      name: "Records, orders and runs",
      fieldSelectors: [
        { field: "eventCategory", equals: ["Data"] },
        { field: "resources.type", equals: ["AWS::S3::Object"] },
        {
          field: "resources.ARN",
          startsWiths: regions.flatMap((region) => [
            ...auditRecords.map((folder) => below("audit", region, folder)),
            ...[runsFolder, ...Object.values(orderFolders)].map((folder) =>
              below("artifacts", region, folder),
            ),
          ]),
        },
      ],
    },
  ];
}
