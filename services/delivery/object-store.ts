import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  type ListObjectVersionsCommandOutput,
} from "@aws-sdk/client-s3";

/** The few calls of Amazon S3 by which ledger, orders and facts are read and written. */
export interface ObjectStore {
  /** Keys below a prefix, in the order of the store. */
  keys(bucket: string, prefix: string): Promise<readonly string[]>;
  /** Every version of the objects below a prefix; a mark of deletion is one as well. */
  versions(bucket: string, prefix: string): Promise<readonly ObjectVersion[]>;
  /** An object's bytes, of a version @default the newest; undefined where there is none. */
  get(bucket: string, key: string, version?: string): Promise<Uint8Array | undefined>;
  /**
   * Stores an object where there is none of its key, encrypted as the bucket's default says; false
   * where there is one.
   */
  putNew(bucket: string, key: string, body: string | Uint8Array): Promise<boolean>;
}

/** One version of an object. */
export interface ObjectVersion {
  readonly key: string;
  readonly id: string;
}

/** A bucket and the prefix of the keys in it. */
export interface ObjectLocation {
  readonly bucket: string;
  readonly prefix: string;
}

/** What `s3://bucket/prefix` names; undefined for a path on this machine. */
export function objectLocation(location: string): ObjectLocation | undefined {
  const match = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(location);
  return match === null ? undefined : { bucket: match[1] ?? "", prefix: match[2] ?? "" };
}

/**
 * Amazon S3 as whoever runs this may use it: credentials, region and `AWS_ENDPOINT_URL` are found as
 * every AWS SDK finds them, so also those of a pod's role. A bucket of another region is asked there.
 */
export function s3(): ObjectStore {
  // The SDK reads AWS_REGION alone, other tools also the second; any region tells where a bucket is.
  const region = process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"] ?? "us-east-1";
  const client = new S3Client({ region, followRegionRedirects: true, maxAttempts: 4 });
  return {
    keys: (bucket, prefix) =>
      told(`list s3://${bucket}/${prefix}`, async () => {
        const found: string[] = [];
        for await (const { Contents = [] } of paginateListObjectsV2(
          { client },
          { Bucket: bucket, Prefix: prefix },
        ))
          found.push(...Contents.flatMap(({ Key }) => Key ?? []));
        return found;
      }),
    versions: (bucket, prefix) =>
      told(`list versions of s3://${bucket}/${prefix}`, () => versionsOf(client, bucket, prefix)),
    get: (bucket, key, version) =>
      told(`read s3://${bucket}/${key}`, async () => {
        try {
          const { Body } = await client.send(
            new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: version }),
          );
          return await Body?.transformToByteArray();
        } catch (error) {
          // To somebody who may not list the bucket S3 says AccessDenied instead.
          if (error instanceof NoSuchKey) return undefined;
          throw error;
        }
      }),
    putNew: (bucket, key, body) =>
      told(`write s3://${bucket}/${key}`, async () => {
        try {
          await client.send(
            new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, IfNoneMatch: "*" }),
          );
          return true;
        } catch (error) {
          if (isTaken(error)) return false;
          throw error;
        }
      }),
  };
}

/** Every page of the versions below a prefix. */
async function versionsOf(
  client: S3Client,
  bucket: string,
  prefix: string,
): Promise<ObjectVersion[]> {
  const found: ObjectVersion[] = [];
  let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  while (from !== undefined) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...from }),
    );
    for (const { Key, VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])])
      if (Key !== undefined) found.push({ key: Key, id: VersionId ?? "null" });
    from = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  return found;
}

/** S3's answers where the object is there already, or is being written at the same time. */
function isTaken(error: unknown): boolean {
  return (
    error instanceof Error &&
    ["PreconditionFailed", "ConditionalRequestConflict"].includes(error.name)
  );
}

/** An error says what was tried: S3's own message names neither the bucket nor the key. */
async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Error(`cannot ${what}: ${why}`, { cause: error });
  }
}

/** The only version of an object that is written once, or how many there are. */
export type Written = { readonly version: string } | { readonly times: number };

/**
 * Objects below a prefix that are written once, by their name below it. A bucket's policy refuses a
 * second version; one that is there all the same was put there past it.
 */
export async function writtenOnce(
  store: ObjectStore,
  { bucket, prefix }: ObjectLocation,
): Promise<ReadonlyMap<string, Written>> {
  const below = `${prefix}/`;
  const ids = new Map<string, string[]>();
  for (const { key, id } of await store.versions(bucket, below))
    ids.set(key.slice(below.length), [...(ids.get(key.slice(below.length)) ?? []), id]);
  return new Map(
    [...ids].map(([name, [version = "", ...more]]) => [
      name,
      more.length === 0 ? { version } : { times: more.length + 1 },
    ]),
  );
}

/** Copies every JSON document below a prefix into a folder. */
export async function copyDocuments(
  store: ObjectStore,
  { bucket, prefix }: ObjectLocation,
  folder: string,
): Promise<void> {
  const below = `${prefix}/`;
  for (const key of await store.keys(bucket, below)) {
    if (!key.endsWith(".json")) continue;
    const file = fileIn(folder, key.slice(below.length));
    const body = await store.get(bucket, key);
    if (body === undefined) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, body);
  }
}

/** A file in a folder. Throws where the key would lead out of it. */
function fileIn(folder: string, name: string): string {
  if (name.split("/").some((part) => part === "" || part === "." || part === ".."))
    throw new Error(`the object ${JSON.stringify(name)} cannot be a file of a folder`);
  return join(folder, name);
}
