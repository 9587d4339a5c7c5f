import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLedger, storeAt } from "../../../services/evidence/ledger";
import { openLedger } from "../../../services/delivery/ledger-location";
import { factsOf, main, recordFacts } from "../../../services/delivery/record-run";
import { MemoryStore } from "../../support/object-store";

let folder = "";
let run = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-facts-test-"));
  run = join(folder, "run-7");
  mkdirSync(join(run, "facts"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const state = (action: string, details: object, name = action) =>
  writeFileSync(
    join(run, "facts", `${name}.json`),
    JSON.stringify({ action, subject: "loan-approval", at: "2026-11-24T03:00:00Z", details }),
  );
const file = () => join(folder, "ledger.jsonl");
const by = { run: "run-7", actor: "retraining-trainer" };

describe("the facts of a run", () => {
  it("go into the ledger in the order in which they happened, with who ran it and which run it was", async () => {
    state("release", { model: "sha256:b" });
    state("evaluate", { outcome: "held", metrics: { auc: 0.7768147346, brier: 1e-7 } });
    state("train", { outcome: "trained", model: "sha256:a" });
    expect(await recordFacts(await openLedger(file()), await factsOf(run), by)).toEqual([
      "train",
      "evaluate",
      "release",
    ]);
    expect(
      readLedger(storeAt(file())).map(({ actor, action, subject, details }) => ({
        actor,
        action,
        subject,
        details,
      })),
    ).toEqual([
      {
        actor: "retraining-trainer",
        action: "train",
        subject: "loan-approval",
        details: {
          outcome: "trained",
          model: "sha256:a",
          run: "run-7",
          at: "2026-11-24T03:00:00Z",
        },
      },
      {
        actor: "retraining-trainer",
        action: "evaluate",
        subject: "loan-approval",
        details: {
          outcome: "held",
          metrics: { auc: 0.7768147346, brier: 1e-7 },
          run: "run-7",
          at: "2026-11-24T03:00:00Z",
        },
      },
      {
        actor: "retraining-trainer",
        action: "release",
        subject: "loan-approval",
        details: { model: "sha256:b", run: "run-7", at: "2026-11-24T03:00:00Z" },
      },
    ]);
  });

  it("are recorded once, and what changed is recorded again", async () => {
    state("train", { outcome: "trained" });
    const record = async (name = "run-7") =>
      recordFacts(await openLedger(file()), await factsOf(run), { ...by, run: name });
    expect([await record(), await record(), await record("run-8")]).toEqual([
      ["train"],
      [],
      ["train"],
    ]);
    state("train", { outcome: "refused" });
    expect(await record()).toEqual(["train"]);
    expect(readLedger(storeAt(file()))).toHaveLength(3);
  });

  it("are none where no step got that far", async () => {
    expect(await factsOf(join(folder, "nothing"))).toEqual([]);
    expect(await factsOf(`file://${run}`)).toEqual([]);
  });

  it.each(["approve", "promote", "erase", "kill-switch", "access-change", "override"])(
    "cannot state that somebody did %s",
    async (action) => {
      state(action, {});
      await expect(factsOf(run)).rejects.toThrow("action: got ");
    },
  );

  it("are refused where the file says another action than its name, or is cut short", async () => {
    state("train", {}, "release");
    await expect(factsOf(run)).rejects.toThrow(
      'action: got "train", allowed: the name of the file',
    );
    writeFileSync(join(run, "facts", "release.json"), '{"action":');
    await expect(factsOf(run)).rejects.toThrow("allowed: JSON");
  });

  it("are fetched from an object store, where nothing but them is read", async () => {
    const store = new MemoryStore();
    state("train", { outcome: "trained" });
    const text = readFileSync(join(run, "facts", "train.json"), "utf8");
    const at = "artifacts/runs/loan-approval/run-7/";
    for (const name of ["facts/train.json", "facts/notes.txt", "metrics.json"])
      store.objects.set(`${at}${name}`, text);
    expect(await factsOf("s3://artifacts/runs/loan-approval/run-7/", store)).toEqual([
      JSON.parse(text),
    ]);
    expect(store.calls).toEqual([
      ["keys", `${at}facts/`],
      ["get", `${at}facts/train.json`],
    ]);
    expect(await factsOf("s3://artifacts/runs/loan-approval/run-8", store)).toEqual([]);
  });
});

describe("services/delivery/record-run.ts", () => {
  it("says what it recorded and the last hash, and takes the name of the folder for that of the run", async () => {
    state("train", { outcome: "trained" });
    const said: string[] = [];
    expect(
      await main([run, "--ledger", file(), "--actor", "somebody"], (line) => said.push(line)),
    ).toBe(0);
    const [entry] = readLedger(storeAt(file()));
    expect(said).toEqual([`1 facts, recorded now: train; ledger: entry 1, ${entry!.hash}`]);
    expect([entry!.actor, entry!.details["run"]]).toEqual(["somebody", "run-7"]);
  });

  it("ends with 2 for arguments that are missing, 1 for a ledger that was tampered with, which it leaves alone", async () => {
    state("train", {});
    expect(await main([run, "--ledger", file()], () => undefined)).toBe(2);
    await main([run, "--ledger", file(), "--actor", "somebody"], () => undefined);
    writeFileSync(file(), readFileSync(file(), "utf8").replace("somebody", "nobody"));
    const before = readFileSync(file(), "utf8");
    expect(
      await main([run, "--ledger", file(), "--actor", "other", "--run", "run-9"], () => undefined),
    ).toBe(1);
    expect(readFileSync(file(), "utf8")).toBe(before);
  });
});
