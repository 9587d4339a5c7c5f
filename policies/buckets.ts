import { companions, ofType, refersTo } from "./link";
import type { ResourceView } from "./rule";

export const bucketType = "aws:s3/bucket:Bucket";

/** Buckets of a stack. */
export function buckets(resources: readonly ResourceView[]): ResourceView[] {
  return ofType(resources, bucketType);
}

/**
 * Buckets to which S3 or a load balancer delivers access logs. Such a bucket logs not itself, and
 * takes no KMS default key from S3.
 */
export function logTargets(resources: readonly ResourceView[]): Set<ResourceView> {
  const senders = [
    ...ofType(resources, "aws:s3/bucketLogging:BucketLogging").map((sender) => ({
      sender,
      path: "targetBucket",
    })),
    ...ofType(resources, "aws:lb/loadBalancer:LoadBalancer").map((sender) => ({
      sender,
      path: "accessLogs.bucket",
    })),
  ];
  return new Set(
    buckets(resources).filter((bucket) =>
      senders.some(({ sender, path }) => refersTo(sender, path, bucket)),
    ),
  );
}

/**
 * Companions of a bucket, such as its encryption configuration: resources of a type whose `bucket`
 * names it.
 */
export function ofBucket(
  resources: readonly ResourceView[],
  type: string,
  bucket: ResourceView,
): ResourceView[] {
  return companions(resources, type, "bucket", bucket);
}
