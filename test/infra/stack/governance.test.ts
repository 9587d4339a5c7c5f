import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { governanceRecord } from "../../../services/evidence/governance";
import { modelsFolder } from "../../harness/fixtures";
import { loadContract } from "../../../services/contract/load";

const contract = loadContract(modelsFolder, "loan-approval");
const now = Date.parse("2026-11-24T12:00:00Z");
const digest = `sha256:${"a".repeat(64)}`;
const audit = {
  model: "loan-approval",
  version: "1.0.0",
  digest,
  auditor: { organisation: "Example Audits", independent: true },
  at: "2026-06-01T00:00:00Z",
  report: { reference: "https://example.com/audit", digest },
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-governance-"));
  cpSync(
    join(modelsFolder, "loan-approval", "impact-assessment.md"),
    join(folder, "loan-approval", "impact-assessment.md"),
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const record = (content: object) =>
  writeFileSync(join(folder, "loan-approval", "bias-audit.json"), JSON.stringify(content));
const found = (at = now) => governanceRecord(folder, contract, at);

describe("what stands beside a contract", () => {
  it("is, of the sample, the assessment that its contract names, and no external audit", () => {
    expect(governanceRecord(modelsFolder, contract, now)).toEqual({
      contract: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      impactAssessment: { named: contract.impactAssessment, found: contract.impactAssessment },
    });
  });

  it("shows an assessment that changed, and one that is gone", () => {
    writeFileSync(join(folder, "loan-approval", "impact-assessment.md"), "nothing can go wrong\n");
    expect(found().impactAssessment.found).toMatch(/^sha256:(?!$)/);
    expect(found().impactAssessment.found).not.toBe(contract.impactAssessment);
    rmSync(join(folder, "loan-approval", "impact-assessment.md"));
    expect(found().impactAssessment).toEqual({ named: contract.impactAssessment });
  });

  it("has the audit, and whether it still counts", () => {
    record(audit);
    const judged = { organisation: "Example Audits", version: "1.0.0", at: audit.at };
    expect([found().biasAudit, found(now + 200 * 86_400_000).biasAudit]).toEqual([
      { ...judged, expired: false },
      { ...judged, expired: true },
    ]);
  });

  it("cannot be an audit of another model or by who had a part in this one", () => {
    record({ ...audit, model: "other" });
    expect(() => found()).toThrow(
      'model: got "other", allowed: the name of its folder, loan-approval',
    );
    record({ ...audit, auditor: { ...audit.auditor, independent: false } });
    expect(() => found()).toThrow(
      "auditor.independent: got false, allowed: true: who took part in building or using the model cannot audit it",
    );
  });
});
