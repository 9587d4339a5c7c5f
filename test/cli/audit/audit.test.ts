import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { appendEntry, storeAt } from "../../../services/evidence/ledger";
import { audit } from "../../../cli/audit/audit";
import { causeway } from "../../support/verb";

let folder = "";
let file = "";
let head = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "causeway-audit-"));
  file = join(folder, "ledger.jsonl");
  for (const action of ["train", "evaluate", "release"] as const)
    head = (
      await appendEntry(
        storeAt(file),
        { actor: "pipeline", action, subject: "loan-approval", details: {} },
        new Date("2026-11-24T12:00:00Z"),
      )
    ).hash;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("causeway audit", () => {
  it("says that a whole ledger holds, and its last hash to note down", () => {
    expect(audit(file)).toMatchObject({
      lines: [`${file}: 3 entries hold; the last is of 2026-11-24T12:00:00.000Z, ${head}`],
      code: 0,
    });
  });

  it("names the line that was changed, and exits with 1", () => {
    writeFileSync(file, readFileSync(file, "utf8").replace('"evaluate"', '"erase"'));
    expect(audit(file)).toMatchObject({
      lines: [
        `${file} does not verify:`,
        "  line 2 was changed: its hash is not that of its content",
      ],
      code: 1,
    });
  });

  it("shows what was cut off the end to who has the last hash", () => {
    writeFileSync(file, readFileSync(file, "utf8").split("\n").slice(0, 2).join("\n") + "\n");
    expect(audit(file).code).toBe(0);
    expect(audit(file, head)).toMatchObject({
      lines: [
        `${file} does not verify:`,
        `  line 2 is not the last entry: ${head} should be, so entries were removed after it`,
      ],
      code: 1,
    });
  });

  it("tells a ledger that is not there from an empty one", () => {
    expect(audit(join(folder, "other.jsonl")).code).toBe(2);
    writeFileSync(file, "");
    expect(audit(file)).toMatchObject({ lines: [`${file} is empty`], code: 0 });
  });

  it("finds any byte of the file that is changed, added or left out", () => {
    const whole = readFileSync(file);
    const shorter = join(folder, "changed.jsonl");
    const edit = fc.oneof(
      fc.record({
        kind: fc.constant("change" as const),
        at: fc.nat(whole.length - 2),
        by: fc.integer({ min: 1, max: 255 }),
      }),
      fc.record({
        kind: fc.constant("remove" as const),
        at: fc.nat(whole.length - 2),
        by: fc.constant(1),
      }),
      fc.record({
        kind: fc.constant("add" as const),
        at: fc.nat(whole.length - 1),
        by: fc.integer({ min: 32, max: 126 }),
      }),
    );
    fc.assert(
      fc.property(edit, ({ kind, at, by }) => {
        const rest = whole.subarray(kind === "add" ? at : at + 1);
        const put = kind === "remove" ? [] : [kind === "add" ? by : whole[at]! ^ by];
        writeFileSync(shorter, Buffer.concat([whole.subarray(0, at), Buffer.from(put), rest]));
        expect(audit(shorter, head).code).toBe(1);
      }),
      { numRuns: 300 },
    );
  });

  it("prints the entries that a filter names, each with its details", async () => {
    await appendEntry(
      storeAt(file),
      {
        actor: "somebody",
        action: "approve",
        subject: "loan-approval",
        details: { role: "model-risk", gates: [1], fairness: [{ attribute: "sex", value: 0.9 }] },
      },
      new Date("2026-11-24T13:00:00Z"),
    );
    const [, ...lines] = audit(file, undefined, { action: "approve" }).lines;
    expect(lines).toEqual([
      "1 of 4 entries with action approve",
      "",
      "4  2026-11-24T13:00:00.000Z  approve loan-approval, by somebody",
      "     role: model-risk",
      "     gates: [1]",
      "     fairness:",
      "       attribute sex, value 0.9",
      expect.stringMatching(/^ {5}hash: [0-9a-f]{64}$/),
    ]);
    expect(audit(file, undefined, { subject: "other" }).lines[1]).toBe(
      "0 of 4 entries with subject other",
    );
    expect(audit(file, undefined, { about: "model-risk" }).lines[1]).toBe(
      "1 of 4 entries with about model-risk",
    );
    expect(audit(file, undefined, {}).lines[1]).toBe("4 of 4 entries");
  });

  it("says of an approval that has no witness that it does not count", async () => {
    await appendEntry(
      storeAt(file),
      {
        actor: "somebody",
        action: "approve",
        subject: "loan-approval",
        details: { role: "model-risk" },
      },
      new Date("2026-11-24T13:00:00Z"),
    );
    expect(
      audit(file, undefined, { action: "approve" }, ({ action }) => action !== "approve").lines.at(
        -1,
      ),
    ).toBe("     NO WITNESS: this approval does not count");
    expect(
      audit(file, undefined, {}, ({ action }) => action !== "approve").lines.filter((line) =>
        line.includes("NO WITNESS"),
      ),
    ).toHaveLength(1);
  });

  it("prints no entry of a ledger that does not hold", () => {
    writeFileSync(file, readFileSync(file, "utf8").replace('"evaluate"', '"approve"'));
    expect(audit(file, undefined, { action: "approve" })).toMatchObject({
      lines: [
        `${file} does not verify:`,
        "  line 2 was changed: its hash is not that of its content",
      ],
      code: 1,
    });
  });

  it("refuses an action that there is not", async () => {
    expect(await causeway("audit", [file, "--action", "aprove"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /'aprove' is invalid\. Allowed choices are train, attempt, evaluate, /,
      ),
    });
  });

  it("gives a program the entries as JSON, and nothing else", async () => {
    const { code, out } = await causeway("audit", [file, "--action", "train", "--json"]);
    expect([code, JSON.parse(out)]).toEqual([
      0,
      {
        ledger: file,
        holds: true,
        count: 3,
        head,
        flaws: [],
        entries: [expect.objectContaining({ sequence: 1, action: "train", counts: true })],
      },
    ]);
  });
});
