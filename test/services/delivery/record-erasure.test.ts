import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { modelsFolder } from "../../harness/fixtures";
import { fileStore, readLedger } from "../../../services/evidence/ledger";
import { findPython } from "../../../services/training/environment";
import { answerSchema, erasureFact, lineageOf, sealed } from "../../../services/delivery/erasure";
import { recordErasure } from "../../../services/delivery/record-erasure";
import { erasing } from "../../support/erasing";
import {
  contract,
  digest,
  model,
  other,
  rows,
  source,
  pseudonymsOfJane,
  writeStores,
} from "../../support/erased-stores";

const withPython = findPython() === undefined ? test.skip : test;
const [now, before] = pseudonymsOfJane;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-erase-"));
  writeStores(folder);
  jest.spyOn(console, "log").mockImplementation(() => undefined);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const step = () => ({
  contract: join(folder, contract),
  pseudonym: now,
  ring: join(folder, "ring"),
  at: [join(folder, "data")],
});
const entries = () => readLedger(fileStore(join(folder, "ledger.jsonl")));

const args = (json: string, run = "causeway-erase-x") => [
  "--answer",
  json,
  "--pseudonym",
  now,
  "--reason",
  "case 17",
  "--ledger",
  join(folder, "ledger.jsonl"),
  "--actor",
  "causeway-erase",
  "--run",
  run,
];

describe("the steps of the workflow", () => {
  withPython("erase under every name, prove it, and record it sealed", async () => {
    expect(await recordErasure(args(await erasing("erase", step())), modelsFolder)).toBe(0);
    expect(readFileSync(join(folder, rows), "utf8")).toBe(`subject,n\n${other},2\n`);
    expect(readFileSync(join(folder, source), "utf8")).toBe("person,n\njoe,2\n");
    expect(gunzipSync(readFileSync(join(folder, "data/logs/server.jsonl.gz"))).toString()).toBe(
      `{"subject":"${other}"}\n`,
    );
    expect(entries()).toEqual([
      expect.objectContaining({
        action: "erase",
        subject: model,
        actor: "causeway-erase",
        details: expect.objectContaining({
          outcome: "complete",
          rows: 3,
          files: 3,
          datasets: [digest("1")],
          models: [digest("2")],
          searched: expect.objectContaining({ files: 5, left: 0 }),
          retraining: "asked for",
        }),
      }),
    ]);
    // The ledger cannot be changed, so it holds no name that the ring of keys could make again.
    for (const name of ["jane", now, before])
      expect(readFileSync(join(folder, "ledger.jsonl"), "utf8")).not.toContain(name);
  });

  withPython("say what is left, and record that it is not complete", async () => {
    writeFileSync(join(folder, "data", "frames.zst"), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1]));
    expect(await recordErasure(args(await erasing("erase", step())), modelsFolder)).toBe(3);
    expect(entries()[0]?.details).toMatchObject({ outcome: "incomplete", searched: { left: 2 } });
  });
});

test("whoever has the receipt and knows the subject shows that the entry is about it", () => {
  const answer = answerSchema.parse({
    model,
    retrain: true,
    runs: [],
    search: { files: 3, bytes: 9, found: [], closed: [] },
    logLines: null,
  });
  const { fact, receipt } = erasureFact({
    answer,
    lineage: lineageOf(answer, undefined, []),
    subject: now,
    reason: "case 17",
    actor: "causeway-erase",
  });
  expect(receipt).toMatch(/^[0-9a-f]{64}$/);
  expect(fact.details["subject"]).toBe(sealed(now, receipt));
  expect(fact.details["subject"]).not.toBe(sealed(other, receipt));
});

test("nothing is recorded in a ledger that was tampered with", async () => {
  writeFileSync(join(folder, "ledger.jsonl"), "{}\n");
  const answer = {
    model,
    retrain: true,
    runs: [],
    search: { files: 0, bytes: 0, found: [], closed: [] },
    logLines: null,
  };
  await expect(recordErasure(args(JSON.stringify(answer)), modelsFolder)).rejects.toThrow(
    "does not verify",
  );
  expect(readFileSync(join(folder, "ledger.jsonl"), "utf8")).toBe("{}\n");
});

describe("the workflow's record", () => {
  const answer = (more: object = {}) =>
    JSON.stringify({
      model,
      retrain: true,
      runs: [],
      search: { files: 3, bytes: 9, found: [], closed: [] },
      erased: { files: 1, rows: 2, versions: 0, left: [] },
      logLines: null,
      logLinesLeft: null,
      clean: true,
      ...more,
    });
  test("is written once for a run, sealed, and fails where something is left", async () => {
    expect(await recordErasure(args(answer()), modelsFolder)).toBe(0);
    expect(await recordErasure(args(answer()), modelsFolder)).toBe(0);
    expect(
      await recordErasure(
        args(answer({ search: { files: 3, bytes: 9, found: ["a"], closed: [] } }), "second"),
        modelsFolder,
      ),
    ).toBe(3);
    expect(entries().map(({ details }) => [details["run"], details["outcome"]])).toEqual([
      ["causeway-erase-x", "complete"],
      ["second", "incomplete"],
    ]);
    expect(JSON.stringify(entries())).not.toContain(now);
  });

  test("says whose log store was looked into, and is not complete while a line is left there", async () => {
    expect(
      await recordErasure(
        args(answer({ logs: "eu-west-1", logLines: 4, logLinesLeft: 0 })),
        modelsFolder,
      ),
    ).toBe(0);
    expect(
      await recordErasure(
        args(answer({ logs: "eu-west-1", logLines: 3, logLinesLeft: 1, clean: false }), "second"),
        modelsFolder,
      ),
    ).toBe(3);
    expect(entries().map(({ details }) => [details["outcome"], details["logs"]])).toEqual([
      ["complete", { store: "eu-west-1", lines: 4, left: 0 }],
      ["incomplete", { store: "eu-west-1", lines: 3, left: 1 }],
    ]);
  });

  describe("where other regions were asked", () => {
    const asked = (...states: readonly string[]) =>
      answer({
        regions: states.map((state, i) => ({
          region: `region-${i}`,
          state,
          lines: 2,
          left: state === "erased" ? 0 : null,
          problem: state === "failed" ? "cannot be reached" : null,
        })),
      });

    test("says which answered, and is complete once each has searched and found nothing", async () => {
      expect(await recordErasure(args(asked("erased", "erased")), modelsFolder)).toBe(0);
      expect(readLedger(fileStore(join(folder, "ledger.jsonl")))[0]!.details).toMatchObject({
        outcome: "complete",
        regions: [
          { region: "region-0", state: "erased", lines: 2, left: 0 },
          { region: "region-1", state: "erased", lines: 2, left: 0 },
        ],
      });
    });

    test.each(["silent", "found", "failed", "refused"])(
      "is open while one is %s",
      async (state) => {
        expect(await recordErasure(args(asked("erased", state)), modelsFolder)).toBe(3);
        const [entry] = readLedger(fileStore(join(folder, "ledger.jsonl")));
        expect([entry!.details["outcome"], entry!.details["regions"]]).toMatchObject([
          "incomplete",
          [{ state: "erased" }, { region: "region-1", state, left: null }],
        ]);
      },
    );

    test("records the end of a run that was open, once", async () => {
      for (const state of ["silent", "silent", "erased", "erased"])
        await recordErasure(args(asked(state)), modelsFolder);
      expect(
        readLedger(fileStore(join(folder, "ledger.jsonl"))).map(
          ({ details }) => details["outcome"],
        ),
      ).toEqual(["incomplete", "complete"]);
    });

    test("is open where the step that erased forgot a region", async () => {
      expect(
        await recordErasure(
          [...args(asked("erased")), "--region", "region-0", "--region", "region-1"],
          modelsFolder,
        ),
      ).toBe(3);
      expect(
        readLedger(fileStore(join(folder, "ledger.jsonl")))[0]!.details["regions"],
      ).toMatchObject([
        { region: "region-0", state: "erased" },
        { region: "region-1", state: "silent" },
      ]);
    });

    test("believes no region that says erased and still finds lines", async () => {
      expect(
        await recordErasure(
          args(
            answer({
              regions: [{ region: "a", state: "erased", lines: 2, left: 1, problem: null }],
            }),
          ),
          modelsFolder,
        ),
      ).toBe(3);
      await expect(
        recordErasure(
          args(
            answer({ regions: [{ region: "a", state: "done", lines: 2, left: 0, problem: null }] }),
            "second",
          ),
          modelsFolder,
        ),
      ).rejects.toThrow(/^--answer has \d+ problem/);
    });
  });

  test("refuses an answer that is not one", async () => {
    await expect(recordErasure(args("{}"), modelsFolder)).rejects.toThrow(
      /^--answer has \d+ problem/,
    );
    await expect(recordErasure([])).rejects.toThrow(
      /--answer: .*\n.*--pseudonym: .*\n.*--reason: .*\n.*--ledger: .*\n.*--actor: .*\n.*--run: /,
    );
  });
});
