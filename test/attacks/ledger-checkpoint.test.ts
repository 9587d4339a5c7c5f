import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { bucketPolicy } from "../../infra/aws/bucket-policy";
import { roleArn } from "../../infra/aws/naming";
import { checkpoint } from "../../services/delivery/checkpoint";
import { kmsSigner, publicKeyAt } from "../../services/delivery/kms";
import { openLedger } from "../../services/delivery/ledger-location";
import { s3 } from "../../services/delivery/object-store";
import { signedCheckpoint, type CheckpointSigner } from "../../services/evidence/checkpoint";
import { nextEntry, type Entry, type Fact } from "../../services/evidence/ledger/entry";
import { startAccount, type Account } from "../harness/cloud/account";

/**
 * Whoever administers the audit bucket, and so stands above its policy, cuts the ledger's end off or
 * writes it again. Against moto, whose versions they delete as no locked bucket would let them, with
 * checkpoints that a key in its KMS signed.
 */
const naming = { organization: "example", stack: "prod", account: "123456789012" };
const region = "us-east-1";
const bucket = "example-audit";
const at = `s3://${bucket}/ledger`;
const before = { ...process.env };
let folder = "";
let account: Account;
let client: S3Client;
let keys: Record<"own" | "other", { signer: CheckpointSigner; publicKey: string }>;

const fact = (action: Fact["action"]): Fact => ({
  actor: "retraining-promoter",
  action,
  subject: "loan-approval",
  details: {},
});
const name = (number: number) => `${String(number).padStart(12, "0")}.json`;
const put = (Key: string, Body: string) =>
  client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, IfNoneMatch: "*" }));
/** Takes every version of an object away. */
async function remove(Key: string) {
  const { Versions = [], DeleteMarkers = [] } = await client.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: Key }),
  );
  for (const { VersionId } of [...Versions, ...DeleteMarkers])
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
}
/** A ledger of other actions in the place of the real one. */
async function rewrite(actions: readonly Fact["action"][]) {
  let last: Entry | undefined;
  for (const [i, action] of actions.entries()) {
    last = nextEntry(last, fact(action), new Date("2026-11-29T12:00:00Z"));
    await remove(`ledger/${name(i + 1)}`);
    await put(`ledger/${name(i + 1)}`, JSON.stringify(last));
  }
  return last?.hash ?? "";
}
const forged = (by: "own" | "other", entries: number, head: string, ledger = at) =>
  signedCheckpoint({ ledger, entries, head, time: "2026-11-29T12:00:00Z" }, keys[by].signer);
const ledger = () => openLedger(at, { checkpointKeys: [keys.own.publicKey] });
const actions = async () => (await (await ledger()).entries()).map(({ action }) => action);
const notary = (report: (line: string) => void = () => undefined) =>
  checkpoint({ ledger: at, ...keys.own, objects: s3(), report });

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

async function key() {
  const kms = new KMSClient({ region });
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }),
  );
  const location = `awskms:///${KeyMetadata?.KeyId ?? ""}`;
  return { signer: await kmsSigner(location), publicKey: await publicKeyAt(location) };
}

beforeEach(async () => {
  await fetch(`${account.endpoint}/moto-api/reset`, { method: "POST" });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  await client.send(
    new PutBucketVersioningCommand({
      Bucket: bucket,
      VersioningConfiguration: { Status: "Enabled" },
    }),
  );
  keys = { own: await key(), other: await key() };
  const { record } = await ledger();
  await record(fact("train"));
  await record(fact("promote"));
  await notary();
  await record(fact("roll-back"));
  await notary();
  expect(await actions()).toEqual(["train", "promote", "roll-back"]);
});

test("entries that are cut off the end show", async () => {
  await remove(`ledger/${name(3)}`);
  await expect(actions()).rejects.toThrow(`heads/${name(3)} says that entry 3 was`);
  await expect(actions()).rejects.toThrow("entries were removed from its end");
});

test("a ledger that was written again shows, and nobody adds to it", async () => {
  await rewrite(["train", "promote", "promote", "promote"]);
  await expect(actions()).rejects.toThrow("the ledger was rewritten");
  await expect((await ledger()).record(fact("promote"))).rejects.toThrow(
    "the ledger was rewritten",
  );
});

test("a ledger and its checkpoints, written again under another key, show", async () => {
  const head = await rewrite(["train", "promote", "promote"]);
  await remove(`heads/${name(3)}`);
  await put(`heads/${name(3)}`, await forged("other", 3, head));
  await expect(actions()).rejects.toThrow("is not the key of this ledger's checkpoints");
});

test("a forged checkpoint shows, also where it says what the ledger says", async () => {
  const { record } = await ledger();
  const { hash } = await record(fact("promote"));
  await put(`heads/${name(4)}`, await forged("other", 4, hash));
  await expect(actions()).rejects.toThrow("is not the key of this ledger's checkpoints");
});

test("an older checkpoint, put again in the place of the newest, shows", async () => {
  const old = Buffer.from((await s3().get(bucket, `heads/${name(2)}`)) ?? []).toString("utf8");
  await remove(`ledger/${name(3)}`);
  await remove(`heads/${name(3)}`);
  await put(`heads/${name(3)}`, old);
  await expect(actions()).rejects.toThrow(`heads/${name(3)} is the checkpoint of entry 2`);
});

test("a newest checkpoint that was written over, or marked as deleted, shows", async () => {
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: `heads/${name(3)}` }));
  await remove(`ledger/${name(3)}`);
  await expect(actions()).rejects.toThrow(`heads/${name(3)} was written 2 times`);
});

test("a checkpoint of another ledger shows", async () => {
  const { record } = await ledger();
  const { hash } = await record(fact("promote"));
  await put(`heads/${name(4)}`, await forged("own", 4, hash, "s3://example-other/ledger"));
  await expect(actions()).rejects.toThrow(
    `is a checkpoint of s3://example-other/ledger, not of ${at}`,
  );
});

test("a checkpoint ahead of the ledger shows", async () => {
  await put(`heads/${name(9)}`, await forged("own", 9, "1".repeat(64)));
  await expect(actions()).rejects.toThrow("and the ledger has 3 entries");
});

test("the notary makes no checkpoint of a ledger that its last one does not fit", async () => {
  await rewrite(["train", "promote", "promote", "promote"]);
  const said: string[] = [];
  expect(await notary((line) => said.push(line))).toBe(3);
  expect(said.join("\n")).toMatch(/does not hold, and gets no checkpoint:[^]*was rewritten/);
  expect(await s3().keys(bucket, "heads/")).toEqual([`heads/${name(2)}`, `heads/${name(3)}`]);
});

test("a reader without the key compares the hashes, and says so", async () => {
  const { read } = await openLedger(at);
  expect(await read()).toMatchObject({ checkpoint: { entries: 3, signature: "unchecked" } });
  await remove(`ledger/${name(3)}`);
  expect((await read()).flaws.map(({ message }) => message)).toEqual([
    expect.stringContaining("entries were removed from its end"),
  ]);
});

test("the bucket lets nobody but the notary's role write a checkpoint", async () => {
  await client.send(
    new PutBucketPolicyCommand({
      Bucket: bucket,
      Policy: JSON.stringify(bucketPolicy(bucket, "audit", naming, region, region)),
    }),
  );
  const write = async (role: "promoter" | "checkpoints") => {
    const sts = new STSClient({ region });
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn(naming, role), RoleSessionName: "session" }),
    );
    const as = new S3Client({
      region,
      forcePathStyle: true,
      credentials: {
        accessKeyId: given?.AccessKeyId ?? "",
        secretAccessKey: given?.SecretAccessKey ?? "",
        sessionToken: given?.SessionToken ?? "",
      },
    });
    const Key = `heads/${name(4)}`;
    return as.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "{}", IfNoneMatch: "*" }));
  };
  const refused = { $metadata: { httpStatusCode: 403 } };
  await expect(put(`heads/${name(4)}`, "{}")).rejects.toMatchObject(refused);
  await expect(write("promoter")).rejects.toMatchObject(refused);
  expect((await write("checkpoints")).$metadata.httpStatusCode).toBe(200);
});
