import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ensureEnvironment, findPython } from "../../../services/training/environment";
import { storeAt, verifyLedger } from "../../../services/evidence/ledger";
import { chapterList } from "../../../cli/rehearse/main";
import type { Rehearsal } from "../../../cli/rehearse/result";
import { fixtureProject } from "../../harness/fixtures";
import { causeway } from "../../support/verb";

const project = resolve(__dirname, "..", "..", "..");
const program = [
  join(project, "cli", "causeway.mjs"),
  ...["rehearse", "--project", fixtureProject],
];
const run = (args: readonly string[], variables: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [...program, ...args], {
    cwd: project,
    env: { ...process.env, ...variables },
    encoding: "utf8",
  });

let out: string;
beforeAll(() => (out = mkdtempSync(join(tmpdir(), "causeway-rehearsal-"))));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** A shortened rehearsal with the real training steps and real servers, as a person starts it. */
const python = findPython();
if (python === undefined)
  console.log(
    "rehearsal: not tested, since Python 3.10 to 3.13 with its venv module is not on PATH",
  );
(python === undefined ? describe.skip : describe)(
  "a rehearsal of a champion and of faulty paths",
  () => {
    let found: Rehearsal;
    let said: string;
    // The environment of the Python tests serves here too; where it is not there yet, they find it
    // made.
    beforeAll(
      async () =>
        void (await ensureEnvironment({ tests: true, report: (line) => console.log(line) })),
    );

    it("ends as the scenario means it, with exit code 0", () => {
      const { status, stdout, stderr } = run(["--chapters", "faults", "--out", out]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      said = stdout;
      found = JSON.parse(readFileSync(join(out, "rehearsal.json"), "utf8"));
      expect(found.expectations.map(({ expected, met }) => [expected, met])).toEqual([
        ["the slow challenger is rolled back", true],
        ["the failing challenger is rolled back", true],
      ]);
    });

    it("trains by every step, and serves what was released", () => {
      const [champion] = found.models;
      expect(found.models).toHaveLength(1);
      expect([champion!.version, champion!.refused, champion!.steps]).toEqual([
        "1.0.0",
        undefined,
        { fresh: 9, reused: 1 },
      ]);
      const manifest = JSON.parse(
        readFileSync(
          join(out, "rehearsal", "loan-approval", "releases", "champion", "manifest.json"),
          "utf8",
        ),
      );
      expect(champion!.modelDigest).toBe(manifest.digests.model);
      expect(found.explanations).toMatchObject([{ version: "1.0.0", label: "decline" }]);
      for (const step of [
        "collect",
        "validate",
        "prepare",
        "train",
        "evaluate",
        "audit",
        "explain",
        "compress",
        "package",
        "release",
      ])
        expect(said).toContain(`  ${step.padEnd(9)} `);
    });

    it("leaves a ledger that holds, with everything that was done", () => {
      const { entries, flaws } = verifyLedger(
        storeAt(join(out, "rehearsal", "loan-approval", "ledger.jsonl")),
      );
      expect(flaws).toEqual([]);
      expect(
        entries.map(({ actor, action, details }) => [
          actor,
          action,
          details["run"] ?? details["trial"],
        ]),
      ).toEqual([
        ["rehearsal", "train", "champion"],
        ["rehearsal", "evaluate", "champion"],
        ["rehearsal", "release", "champion"],
        ["rehearsal", "roll-back", "slow challenger"],
        ["rehearsal", "roll-back", "failing challenger"],
      ]);
      expect(entries[2]!.details["model"]).toBe(found.models[0]!.modelDigest);
    });

    it("counts who was affected, and sends nobody to the challenger after the rollback", () => {
      for (const { looks, affected, after, fault } of found.trials) {
        const last = looks.at(-1)!;
        expect(last.verdict.action).toBe("roll back");
        // On a machine that does other things, requests that nobody delayed may be slow too.
        if (fault!.kind === "error") expect(affected).toBe(last.challenger.counts.unanswered);
        else expect(affected).toBeLessThanOrEqual(last.challenger.counts.lateAnswers);
        expect(affected).toBeGreaterThan(0);
        expect(after).toEqual({ requests: 300, challenger: 0, errors: 0 });
        expect(last.champion.failures).toBe(0);
      }
    });

    it("writes a report, and leaves no server behind", () => {
      const page = readFileSync(join(out, "rehearsal.html"), "utf8");
      expect(page).toContain("2 of 2 as meant");
      expect(page).not.toMatch(/="(?:NaN|[^"]*Infinity)/);
      expect(said).toMatch(/report: .*rehearsal\.html\n$/);
      const logs = join(out, "rehearsal", "loan-approval", "logs");
      expect(readdirSync(logs)).toHaveLength(3);
      for (const name of readdirSync(logs))
        expect(readFileSync(join(logs, name), "utf8").trim().split("\n").at(-1)).toContain(
          '"msg":"drained"',
        );
    });
  },
);

describe("without Python", () => {
  it("a rehearsal says in one line what it left out, makes nothing, and succeeds", () => {
    const { status, stdout, stderr } = run(["--out", join(out, "none")], {
      PATH: join(out, "nothing"),
      CAUSEWAY_CACHE: join(out, "cache"),
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(
      /^rehearsal left out: Python 3\.10 to 3\.13 with its venv module is not on PATH: install it \(.*\) to train and rehearse models\n$/,
    );
    expect(existsSync(join(out, "none"))).toBe(false);
  });

  it("is no reason for npm start to do less than plan, and plan comes first", () => {
    const { scripts } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
    expect(scripts.start).toBe(
      "node --max-semi-space-size=64 cli/causeway.mjs plan && node cli/causeway.mjs rehearse",
    );
  });
});

describe("arguments", () => {
  it("take chapters in any order and tell them in theirs", () => {
    expect(chapterList("faults,challenger")).toEqual(["challenger", "faults"]);
  });

  it.each([
    [["--chapters", "drift,war"], "Allowed: a list of challenger,unfair,drift,faults."],
    [["--requests", "10"], "Allowed: a whole number from 50 to 20000."],
    [["--seed", "x"], "Allowed: a whole number from 0 to 2147483647."],
  ])("refuse %j", async (args, message) => {
    const { code, err } = await causeway("rehearse", args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
