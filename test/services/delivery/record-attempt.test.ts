import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attemptOf, attemptOnRecord, main } from "../../../services/delivery/record-attempt";
import { openLedger } from "../../../services/delivery/ledger-location";
import { readLedger, storeAt } from "../../../services/evidence/ledger";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "causeway-attempt-test-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, "ledger.jsonl");
const attempt = async (run: string, champion = digest("a"), subject = "loan-approval") =>
  attemptOf(await openLedger(file()), {
    subject,
    champion,
    run,
    actor: "retraining-trainer",
  });

describe("an attempt to replace a champion", () => {
  it("has the number after those of this champion, of this model", async () => {
    expect([
      await attempt("run-1"),
      await attempt("run-2"),
      await attempt("run-3", digest("b")),
      await attempt("run-1", digest("a"), "credit"),
      await attempt("run-4"),
    ]).toEqual([1, 2, 1, 1, 3]);
  });

  it("is spent by a run that asks, once: a step that is tried again has the same number", async () => {
    expect([await attempt("run-1"), await attempt("run-1"), await attempt("run-2")]).toEqual([
      1, 1, 2,
    ]);
    expect(readLedger(storeAt(file())).map(({ action, details }) => [action, details])).toEqual([
      ["attempt", { champion: digest("a"), run: "run-1", attempt: 1 }],
      ["attempt", { champion: digest("a"), run: "run-2", attempt: 2 }],
    ]);
  });

  it("is found again by its run, of its model alone", async () => {
    await attempt("run-1");
    await attempt("run-2");
    await attempt("run-2", digest("a"), "credit");
    const entries = readLedger(storeAt(file()));
    const number = (run: string, subject = "loan-approval") =>
      attemptOnRecord(entries, { subject, run });
    expect([number("run-1"), number("run-2"), number("run-2", "credit"), number("run-3")]).toEqual([
      1,
      2,
      1,
      undefined,
    ]);
  });

  it("is not set back by cutting the ledger short where it has a chain", async () => {
    await attempt("run-1");
    await attempt("run-2");
    const [, second = ""] = readFileSync(file(), "utf8").split("\n");
    writeFileSync(file(), `${second}\n`);
    await expect(attempt("run-3")).rejects.toThrow(/line 1/);
  });
});

describe("services/delivery/record-attempt.ts", () => {
  const run = () => join(folder, "run-7");
  const state = (details: object) => {
    mkdirSync(join(run(), "facts"), { recursive: true });
    writeFileSync(
      join(run(), "facts", "train.json"),
      JSON.stringify({
        action: "train",
        subject: "loan-approval",
        at: "2026-11-24T03:00:00Z",
        details,
      }),
    );
  };
  const args = () => [
    run(),
    `--ledger=${file()}`,
    "--actor=retraining-trainer",
    `--output=${join(folder, "outputs", "attempt")}`,
  ];

  it("writes the number for the step that judges the run", async () => {
    await attempt("run-1");
    state({ outcome: "trained", model: digest("c"), champion: digest("a") });
    expect(await main(args(), () => undefined)).toBe(0);
    expect(readFileSync(join(folder, "outputs", "attempt"), "utf8")).toBe("2");
  });

  it("refuses a run that trained nothing, or has no champion", async () => {
    await expect(main(args())).rejects.toThrow(/facts\/train\.json/);
    state({ outcome: "refused" });
    await expect(main(args())).rejects.toThrow(/outcome/);
    state({ outcome: "trained", model: digest("c"), champion: null });
    await expect(main(args())).rejects.toThrow(/champion/);
  });
});
