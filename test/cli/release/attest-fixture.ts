import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelsFolder } from "../../harness/fixtures";
import type { RoleKey } from "../../../services/evidence/approvals";
import { loadRelease } from "../../../services/evidence/load";
import { appendEntry, storeAt, type Entry, type Fact } from "../../../services/evidence/ledger";
import { openLedger } from "../../../services/delivery/ledger-location";
import { attestApproved } from "../../../cli/release/attest";
import { verify } from "../../../cli/release/verify";
import { testKey } from "../../support/signing";

export const model = "loan-approval";
export const ours = testKey();
export const board = testKey("p256");
const now = Date.parse("2026-11-25T00:00:00Z");
/** A release and its ledger, made again before each test of a file that imports this. */
export let folder = "";
export let release = "";
export let ledger = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-attest-"));
  mkdirSync(join(folder, model));
  for (const name of ["model.yaml", "release"])
    cpSync(join(modelsFolder, model, name), join(folder, model, name), { recursive: true });
  release = join(folder, model, "release");
  ledger = join(folder, "ledger.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

export const image = loadRelease(modelsFolder, model).image.digest;

export const approval = (actor: string, role: string, more: Fact["details"] = {}): Fact => ({
  actor,
  action: "approve",
  subject: model,
  details: { digest: image, role, reason: "read the card", ...more },
});
export const put = (fact: Fact): Promise<Entry> => appendEntry(storeAt(ledger), fact);
export const boardKeys: RoleKey[] = [{ role: "ethics-board", key: board.publicKey }];

export const attesting = async (roleKeys: readonly RoleKey[] = []) =>
  attestApproved({
    folder: release,
    signers: [ours.signer],
    ledger: await openLedger(ledger),
    actor: "release-manager",
    roleKeys,
  });

export const failing = (options: Partial<Parameters<typeof verify>[1]> = {}) =>
  verify(release, { trusted: [ours.publicKey], unsigned: false, now, ...options }).lines.filter(
    (line) => line.startsWith("FAIL"),
  );
