import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { type Fact } from "../../../services/evidence/ledger";
import { openLedger } from "../../../services/delivery/ledger-location";
import { MemoryStore } from "../../support/object-store";

let store: MemoryStore;
beforeEach(() => (store = new MemoryStore()));

const at = "s3://example-audit/ledger";
const opened = () => openLedger(at, { objects: store });
const fact = (subject: string): Fact => ({
  actor: "person@example.com",
  action: "override",
  subject,
  details: {},
});
const approval = (role: unknown): Fact => ({
  ...fact("loan-approval"),
  action: "approve",
  details: { role: role as string },
});
const writes = () =>
  store.calls.filter(([operation]) => operation.startsWith("put")).map(([, path]) => path);

describe("a ledger in a bucket", () => {
  it("is fetched, and each entry is written as an object that replaces none", async () => {
    const ledger = await openLedger(`${at}/`, { objects: store });
    await ledger.record(fact("loan-approval"));
    expect([...store.objects.keys()]).toEqual(["example-audit/ledger/000000000001.json"]);
    expect(store.calls).toEqual([
      ["versions", "example-audit/heads/"],
      ["versions", "example-audit/ledger/"],
      ["putNew", "example-audit/ledger/000000000001.json"],
    ]);
  });

  it("is one chain also where two machines write from the same copy", async () => {
    const [here, there] = [await opened(), await opened()];
    await here.record(fact("one"));
    await there.record(fact("two"));
    await here.record(fact("three"));
    const subjects = async (ledger: typeof here) =>
      (await ledger.chain()).map(({ subject }) => subject);
    expect(await subjects(await opened())).toEqual(["one", "two", "three"]);
    expect(await subjects(there)).toEqual(["one", "two", "three"]);
  });

  it("gives up where somebody else takes every number, and keeps no entry of its own", async () => {
    const ledger = await opened();
    store.putNew = async (bucket, key) => {
      store.calls.push(["putNew", `${bucket}/${key}`]);
      return Promise.resolve(false);
    };
    await expect(ledger.record(fact("one"))).rejects.toThrow(
      "cannot record in s3://example-audit/ledger: somebody else took the next number 5 times",
    );
    expect(writes()).toHaveLength(5);
    expect(await ledger.chain()).toEqual([]);
  });

  it("counts an approval only with its witness, which is written before the entry", async () => {
    const ledger = await opened();
    await ledger.record(approval("ethics-board"));
    const [entry] = await ledger.entries();
    const witness = `example-audit/approvals/ethics-board/${entry!.hash}.json`;
    expect(writes()).toEqual([witness, "example-audit/ledger/000000000001.json"]);
    expect(store.objects.delete(witness)).toBe(true);
    const again = await opened();
    expect(await again.entries()).toEqual([]);
    expect(await again.chain()).toHaveLength(1);
  });

  it("counts no approval in a role under which it has no witness, whatever it claims", async () => {
    const ledger = await opened();
    await ledger.record(approval("ethics-board"));
    const [path, text] = [...store.objects].find(([key]) => key.includes("/approvals/"))!;
    store.objects.delete(path);
    store.objects.set("example-audit/approvals/model-risk/moved.json", text);
    for (const role of ["../model-risk", "", 1]) await ledger.record(approval(role));
    expect(writes().map((key) => key.split("/").slice(1, -1).join("/"))).toEqual([
      "approvals/ethics-board",
      "ledger",
      ...["approvals/none", "ledger", "approvals/none", "ledger", "approvals/none", "ledger"],
    ]);
    expect((await (await opened()).entries()).map(({ details }) => details["role"])).toEqual([
      "../model-risk",
      "",
      1,
    ]);
  });

  it("takes no approval of somebody who may write no witness", async () => {
    const ledger = await opened();
    store.denied = /\/approvals\//;
    await expect(ledger.record(approval("ethics-board"))).rejects.toThrow("AccessDenied");
    expect([...store.objects]).toEqual([]);
    expect(await ledger.chain()).toEqual([]);
  });

  it("has no entry that could not be written, and says why", async () => {
    const ledger = await opened();
    store.denied = /./;
    await expect(ledger.record(fact("one"))).rejects.toThrow("AccessDenied");
    expect(await ledger.chain()).toEqual([]);
  });
});

it("a ledger on disk is a file of lines or a folder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "causeway-ledger-test-"));
  try {
    for (const name of ["l.jsonl", "l"]) {
      const ledger = await openLedger(join(folder, name), { objects: store });
      await ledger.record(fact("one"));
      expect(await ledger.chain()).toHaveLength(1);
    }
    expect(store.calls).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
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
