import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { bucketPolicy } from "../../infra/aws/bucket-policy";
import { openLedger } from "../../services/delivery/ledger-location";
import { nextEntry, type Entry, type Fact } from "../../services/evidence/ledger/entry";
import { startAccount, type Account } from "../harness/cloud/account";

/**
 * Whoever may add to the ledger in S3 tries to change what it says. Against moto, which honours
 * versions and If-None-Match, with the bucket policy that a stack gives its audit bucket.
 */
const naming = { organization: "example", stack: "prod", account: "123456789012" };
const region = "us-east-1";
const bucket = "example-audit";
const at = `s3://${bucket}/ledger`;
const before = { ...process.env };
let folder = "";
let account: Account;
let client: S3Client;

const rollBack: Fact = {
  actor: "retraining-promoter",
  action: "roll-back",
  subject: "loan-approval",
  details: { outcome: "rolled-back" },
};
const key = (entry: number | string) => `ledger/${String(entry).padStart(12, "0")}.json`;
const put = (Key: string, Body: string, onlyNew = false) =>
  client.send(
    new PutObjectCommand({ Bucket: bucket, Key, Body, ...(onlyNew && { IfNoneMatch: "*" }) }),
  );
const enforce = (on: boolean) =>
  client.send(
    new PutBucketPolicyCommand({
      Bucket: bucket,
      Policy: JSON.stringify(
        on
          ? bucketPolicy(bucket, "audit", naming, region, region)
          : { Version: "2012-10-17", Statement: [] },
      ),
    }),
  );
const subjects = async () => (await (await openLedger(at)).entries()).map(({ action }) => action);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "causeway-attack-"));
  account = await startAccount(
    { account: naming.account, zones: [], roles: [], clusters: {} },
    join(folder, "log"),
  );
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: account.endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "x",
    AWS_SECRET_ACCESS_KEY: "x",
    AWS_CONFIG_FILE: join(folder, "none"),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "none"),
  });
  client = new S3Client({ region, forcePathStyle: true });
}, 300_000);
afterAll(async () => {
  process.env = { ...before };
  client.destroy();
  await account.stop();
  rmSync(folder, { recursive: true, force: true });
});

const forbidden = { $metadata: { httpStatusCode: 403 } };
let entry: Entry;
beforeEach(async () => {
  await fetch(`${account.endpoint}/moto-api/reset`, { method: "POST" });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  await client.send(
    new PutBucketVersioningCommand({
      Bucket: bucket,
      VersioningConfiguration: { Status: "Enabled" },
    }),
  );
  await enforce(true);
  entry = await (await openLedger(at)).record(rollBack);
});

/** The roll-back as a promotion, with a hash of its own: the chain of it verifies. */
const forged = () =>
  JSON.stringify(nextEntry(undefined, { ...rollBack, action: "promote" }, new Date(entry.time)));

test("the bucket refuses a second version of an entry, and a marker over it", async () => {
  await expect(put(key(1), forged())).rejects.toMatchObject(forbidden);
  await expect(put(key(1), forged(), true)).rejects.toThrow("At least one of the pre-conditions");
  await expect(
    client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key(1) })),
  ).rejects.toMatchObject(forbidden);
  expect(await subjects()).toEqual(["roll-back"]);
});

test("readers refuse an entry that was written over while no policy stood", async () => {
  await enforce(false);
  await put(key(1), forged());
  await expect(subjects()).rejects.toThrow("000000000001.json was written 2 times");
});

test("readers refuse an entry that was deleted and written again", async () => {
  await enforce(false);
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key(1) }));
  await put(key(1), forged(), true);
  await expect(subjects()).rejects.toThrow("000000000001.json was written 3 times");
});

test.each([
  ["far ahead", "999999999999"],
  ["at the next number", "2"],
  ["that leaves the folder", "../../evil"],
])("a stray object %s blocks neither readers nor writers", async (_, name) => {
  await put(key(name), JSON.stringify({ sequence: 999_999_999_999 }), true);
  await (await openLedger(at)).record({ ...rollBack, action: "promote" });
  expect(await subjects()).toEqual(["roll-back", "promote"]);
});

test("an entry that follows nothing is a stray, also with a hash of its own", async () => {
  const other = nextEntry({ ...entry, hash: "1".repeat(64) }, rollBack, new Date());
  await put(key(2), JSON.stringify(other), true);
  const { entries, strays } = await (await openLedger(at)).read();
  expect(entries).toEqual([entry]);
  expect(strays).toEqual(["000000000002.json"]);
});
