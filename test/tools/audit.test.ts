import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appendEntry, storeAt } from "../../services/ledger";
import { audit } from "../../tools/audit";

let folder = "";
let file = "";
let head = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "causeway-audit-"));
  file = join(folder, "ledger.jsonl");
  for (const action of ["train", "evaluate", "release"] as const) head = (await appendEntry(storeAt(file), { actor: "pipeline", action, subject: "loan-approval", details: {} }, new Date("2026-11-24T12:00:00Z"))).hash;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("npm run audit", () => {
  it("says that a whole ledger holds, and its last hash to note down", () => {
    expect(audit(file)).toEqual({ lines: [`${file}: 3 entries hold; the last is of 2026-11-24T12:00:00.000Z, ${head}`], code: 0 });
  });

  it("names the line that was changed, and exits with 1", () => {
    writeFileSync(file, readFileSync(file, "utf8").replace('"evaluate"', '"erase"'));
    expect(audit(file)).toEqual({ lines: [`${file} does not verify:`, "  line 2 was changed: its hash is not that of its content"], code: 1 });
  });

  it("shows what was cut off the end to who has the last hash", () => {
    writeFileSync(file, readFileSync(file, "utf8").split("\n").slice(0, 2).join("\n") + "\n");
    expect(audit(file).code).toBe(0);
    expect(audit(file, head)).toEqual({ lines: [`${file} does not verify:`, `  line 2 is not the last entry: ${head} should be, so entries were removed after it`], code: 1 });
  });

  it("tells a ledger that is not there from an empty one", () => {
    expect(audit(join(folder, "other.jsonl")).code).toBe(2);
    writeFileSync(file, "");
    expect(audit(file)).toEqual({ lines: [`${file} is empty`], code: 0 });
  });
});
