import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { objectStore, readLedger, type Fact } from "../../../services/evidence/ledger";
import { openLedger } from "../../../services/delivery/ledger-location";

let bucket = "";
let approvals = "";
beforeEach(() => {
  [bucket, approvals] = ["bucket", "approvals"].map((name) =>
    mkdtempSync(join(tmpdir(), `causeway-${name}-`)),
  ) as [string, string];
});
afterEach(() =>
  [bucket, approvals].forEach((folder) => rmSync(folder, { recursive: true, force: true })),
);

const fact = (subject: string): Fact => ({
  actor: "person@example.com",
  action: "override",
  subject,
  details: {},
});
let calls: string[][] = [];

/** The two commands of the AWS CLI that are used, over a folder as the bucket's `ledger/`. */
async function aws(args: readonly string[]): Promise<void> {
  calls.push([...args]);
  if (args[1] === "sync")
    return cpSync(args[2]!.endsWith("/approvals") ? approvals : bucket, args[3]!, {
      recursive: true,
    });
  const [key, body] = [args[args.indexOf("--key") + 1]!, args[args.indexOf("--body") + 1]!];
  if (key.startsWith("approvals/"))
    return cpSync(body, join(approvals, key.slice("approvals/".length)));
  if (existsSync(join(bucket, basename(key))))
    throw Object.assign(
      new Error("An error occurred (PreconditionFailed) when calling the PutObject operation"),
      { code: 254 },
    );
  cpSync(body, join(bucket, basename(key)));
}

describe("a ledger in a bucket", () => {
  beforeEach(() => (calls = []));

  it("is fetched, and each entry is written as an object that replaces none", async () => {
    const ledger = await openLedger("s3://example-audit/ledger/", aws);
    await ledger.record(fact("loan-approval"));
    expect(readdirSync(bucket)).toEqual(["000000000001.json"]);
    expect(calls[0]!.slice(0, 3)).toEqual(["s3", "sync", "s3://example-audit/ledger"]);
    const [, put] = calls;
    expect(put!.filter((word) => !word.startsWith("/"))).toEqual([
      "s3api",
      "put-object",
      "--bucket",
      "example-audit",
      "--key",
      "ledger/000000000001.json",
      "--body",
      "--if-none-match",
      "*",
    ]);
  });

  it("is one chain also where two machines write from the same copy", async () => {
    const [here, there] = [
      await openLedger("s3://example-audit/ledger", aws),
      await openLedger("s3://example-audit/ledger", aws),
    ];
    await here.record(fact("one"));
    await there.record(fact("two"));
    await here.record(fact("three"));
    expect(readLedger(objectStore(bucket)).map(({ subject }) => subject)).toEqual([
      "one",
      "two",
      "three",
    ]);
    expect((await there.chain()).map(({ subject }) => subject)).toEqual(["one", "two"]);
  });

  it("counts an approval only with its witness, which is written before the entry", async () => {
    const ledger = await openLedger("s3://example-audit/ledger", aws);
    await ledger.record({
      ...fact("loan-approval"),
      action: "approve",
      details: { role: "ethics-board" },
    });
    const [entry] = await ledger.entries();
    expect(readdirSync(join(approvals, "ethics-board"))).toEqual([`${entry!.hash}.json`]);
    expect(
      calls
        .filter((call) => call[1] === "put-object")
        .map((call) => call[call.indexOf("--key") + 1]),
    ).toEqual([`approvals/ethics-board/${entry!.hash}.json`, "ledger/000000000001.json"]);
    rmSync(join(approvals, "ethics-board", `${entry!.hash}.json`));
    const again = await openLedger("s3://example-audit/ledger", aws);
    expect(await again.entries()).toEqual([]);
    expect(await again.chain()).toHaveLength(1);
  });

  it("counts no approval in a role under which it has no witness, whatever it claims", async () => {
    const ledger = await openLedger("s3://example-audit/ledger", aws);
    await ledger.record({
      ...fact("loan-approval"),
      action: "approve",
      details: { role: "ethics-board" },
    });
    mkdirSync(join(approvals, "model-risk"));
    renameSync(
      join(approvals, "ethics-board", readdirSync(join(approvals, "ethics-board"))[0]!),
      join(approvals, "model-risk", "moved.json"),
    );
    for (const role of ["../model-risk", "", 1])
      await ledger.record({ ...fact("loan-approval"), action: "approve", details: { role } });
    expect(
      calls
        .filter((call) => call[1] === "put-object")
        .map((call) => call[call.indexOf("--key") + 1]!.split("/").slice(0, -1).join("/")),
    ).toEqual([
      "approvals/ethics-board",
      "ledger",
      ...["approvals/none", "ledger", "approvals/none", "ledger", "approvals/none", "ledger"],
    ]);
    expect(
      (await (await openLedger("s3://example-audit/ledger", aws)).entries()).map(
        ({ details }) => details["role"],
      ),
    ).toEqual(["../model-risk", "", 1]);
  });

  it("takes no approval of somebody who may write no witness", async () => {
    const ledger = await openLedger("s3://example-audit/ledger", (args) =>
      args.some((word) => word.startsWith("approvals/"))
        ? Promise.reject(new Error("AccessDenied"))
        : aws(args),
    );
    await expect(ledger.record({ ...fact("loan-approval"), action: "approve" })).rejects.toThrow(
      "AccessDenied",
    );
    expect(readdirSync(bucket)).toEqual([]);
    expect(await ledger.chain()).toEqual([]);
  });

  it("has no entry that could not be written, and says why", async () => {
    const ledger = await openLedger("s3://example-audit/ledger", async (args) =>
      args[1] === "sync" ? undefined : Promise.reject(new Error("AccessDenied")),
    );
    await expect(ledger.record(fact("one"))).rejects.toThrow("AccessDenied");
    expect(await ledger.chain()).toEqual([]);
  });
});

it("a ledger on disk is a file of lines or a folder", async () => {
  for (const name of ["l.jsonl", "l"]) {
    const ledger = await openLedger(join(bucket, name), () =>
      Promise.reject(new Error("no AWS here")),
    );
    await ledger.record(fact("one"));
    expect(await ledger.chain()).toHaveLength(1);
  }
});

/**
 * Whoever decides by a ledger reads the entries that count: only its own modules read the chain
 * past them, and the command that verifies it.
 */
it("is read by one module", () => {
  const root = resolve(__dirname, "..", "..", "..");
  const readers = [
    "cli",
    "lab",
    "services/delivery",
    "infra",
    "policies",
    "services/model-server",
    "services/contract",
  ].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.includes("node_modules"))
      .map((name) => join(root, folder, name)),
  );
  const direct = readers
    .filter((file) =>
      /\b(readLedger|storeAt|fileStore|objectStore|verifyLedger)\b/.test(
        readFileSync(file, "utf8"),
      ),
    )
    .map((file) => relative(root, file));
  expect(direct.sort()).toEqual([
    "cli/audit/audit.ts",
    "cli/rehearse/ledger.ts",
    "services/delivery/ledger-location.ts",
  ]);
});
