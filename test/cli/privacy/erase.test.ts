import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { modelsFolder } from "../../../infra/stack/models";
import { fileStore, readLedger } from "../../../services/evidence/ledger";
import { keysFrom, pseudonyms } from "../../../services/model-server/identity/keys";
import { findPython } from "../../../services/training/environment";
import { sealed } from "../../../services/delivery/erasure-entry";
import { erase, type Surroundings } from "../../../cli/privacy/erase";
import { recordErasure } from "../../../services/delivery/record-erasure";

const python = findPython();
if (python === undefined)
  console.log(
    "erase: the tests that search files are left out, because no Python 3.10 to 3.13 is on PATH",
  );
const withPython = python === undefined ? test.skip : test;

const model = "loan-approval";
const ring = `k1 ${"a".repeat(40)}\nk2 ${"b".repeat(40)}\n`;
const [now = "", before = ""] = pseudonyms(keysFrom(Buffer.from(ring), model), "jane");
const [other = ""] = pseudonyms(keysFrom(Buffer.from(ring), model), "joe");
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-erase-"));
  writeFileSync(join(folder, "ring"), ring);
  for (const path of ["lake/runs/r1/collect", "lake/runs/r1/package", "lake/logs"])
    mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(
    join(folder, "lake/runs/r1/collect/data.csv"),
    `subject,n\n${before},1\n${other},2\n`,
  );
  writeFileSync(
    join(folder, "lake/runs/r1/collect/step.json"),
    JSON.stringify({ outputs: { "data.csv": digest("1") } }),
  );
  writeFileSync(
    join(folder, "lake/runs/r1/package/manifest.json"),
    JSON.stringify({
      version: "1.0.0",
      published: true,
      digests: { model: digest("2") },
      image: { digest: digest("3") },
    }),
  );
  writeFileSync(
    join(folder, "lake/logs/server.jsonl.gz"),
    gzipSync(`{"subject":"${now}"}\n{"subject":"${other}"}\n`),
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function around() {
  const printed: string[] = [];
  const created: [string, unknown][] = [];
  const surroundings: Surroundings = {
    models: modelsFolder,
    print: (line) => printed.push(line),
    create: (context, manifest) => created.push([context, JSON.parse(manifest)]),
  };
  return { printed, created, surroundings };
}
const line = (...more: string[]) => [
  "-",
  "--model",
  model,
  "--lake",
  join(folder, "lake"),
  "--reason",
  "asked for by the subject, case 17",
  "--ledger",
  join(folder, "ledger.jsonl"),
  "--actor",
  "eraser@example.com",
  "--keys",
  join(folder, "ring"),
  ...more,
];

withPython(
  "erases under every name, proves it, records it sealed, and starts the retraining",
  async () => {
    const { printed, created, surroundings } = around();
    expect(await erase(line("--context", "home"), () => "jane\n", surroundings)).toBe(0);
    expect(readFileSync(join(folder, "lake/runs/r1/collect/data.csv"), "utf8")).toBe(
      `subject,n\n${other},2\n`,
    );
    expect(gunzipSync(readFileSync(join(folder, "lake/logs/server.jsonl.gz"))).toString()).toBe(
      `{"subject":"${other}"}\n`,
    );
    const [entry, ...rest] = readLedger(fileStore(join(folder, "ledger.jsonl")));
    expect(rest).toEqual([]);
    expect(entry).toMatchObject({
      action: "erase",
      subject: model,
      actor: "eraser@example.com",
      details: {
        outcome: "complete",
        rows: 2,
        files: 2,
        datasets: [digest("1")],
        models: [digest("2")],
        searched: { files: 4, left: 0 },
        retraining: "asked for",
      },
    });
    // The ledger cannot be changed, so it holds no name that the ring of keys could make again.
    for (const name of ["jane", now, before])
      expect(readFileSync(join(folder, "ledger.jsonl"), "utf8")).not.toContain(name);
    const receipt =
      /receipt[^:]*: ([0-9a-f]{64})$/.exec(
        printed.find((one) => one.startsWith("ledger:")) ?? "",
      )?.[1] ?? "";
    expect(entry?.details["subject"]).toBe(sealed(now, receipt));
    expect(printed.join("\n")).not.toMatch(/jane|k[12]\./);
    expect(created).toEqual([
      [
        "home",
        expect.objectContaining({
          kind: "Workflow",
          spec: {
            workflowTemplateRef: { name: "loan-approval-retraining" },
            arguments: {
              parameters: [
                { name: "trigger", value: "erasure" },
                { name: "causes", value: "[]" },
              ],
            },
          },
        }),
      ],
    ]);
  },
);

withPython("looks and changes nothing on a dry run", async () => {
  const { printed, surroundings } = around();
  expect(await erase(line("--dry-run"), () => "jane", surroundings)).toBe(0);
  expect(readFileSync(join(folder, "lake/runs/r1/collect/data.csv"), "utf8")).toContain(before);
  expect(printed).toEqual(
    expect.arrayContaining(["datasets:", `  ${digest("1")}`, "2 of 4 files name the subject"]),
  );
});

withPython("says what is left, and records that it is not complete", async () => {
  writeFileSync(join(folder, "lake", "frames.zst"), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1]));
  const { printed, surroundings } = around();
  expect(await erase(line(), () => "jane", surroundings)).toBe(3);
  expect(printed.find((one) => one.includes("NOT COMPLETE"))).toMatch(/^searched 5 files/);
  expect(readLedger(fileStore(join(folder, "ledger.jsonl")))[0]?.details).toMatchObject({
    outcome: "incomplete",
    searched: { left: 2 },
  });
});

withPython("does not begin where the ledger was tampered with", async () => {
  writeFileSync(join(folder, "ledger.jsonl"), "{}\n");
  await expect(erase(line(), () => "jane", around().surroundings)).rejects.toThrow(
    "does not verify",
  );
  expect(readFileSync(join(folder, "lake/runs/r1/collect/data.csv"), "utf8")).toContain(before);
});

test("wants a reason, a ledger and an actor", async () => {
  await expect(erase(["jane", "--model", model, "--lake", folder])).rejects.toThrow(
    "usage: npm run erase",
  );
  await expect(
    erase([
      "x",
      "--model",
      model,
      "--lake",
      folder,
      "--reason",
      "short",
      "--ledger",
      "l",
      "--actor",
      "a",
    ]),
  ).rejects.toThrow('--reason: got "short"');
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
  beforeEach(() => jest.spyOn(console, "log").mockImplementation(() => undefined));
  afterEach(() => jest.restoreAllMocks());

  test("is written once for a run, sealed, and fails where something is left", async () => {
    expect(await recordErasure(args(answer()), modelsFolder)).toBe(0);
    expect(await recordErasure(args(answer()), modelsFolder)).toBe(0);
    expect(
      await recordErasure(
        args(answer({ search: { files: 3, bytes: 9, found: ["a"], closed: [] } }), "second"),
        modelsFolder,
      ),
    ).toBe(3);
    const entries = readLedger(fileStore(join(folder, "ledger.jsonl")));
    expect(entries.map(({ details }) => [details["run"], details["outcome"]])).toEqual([
      ["causeway-erase-x", "complete"],
      ["second", "incomplete"],
    ]);
    expect(JSON.stringify(entries)).not.toContain(now);
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
    const entries = readLedger(fileStore(join(folder, "ledger.jsonl")));
    expect(entries.map(({ details }) => [details["outcome"], details["logs"]])).toEqual([
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
