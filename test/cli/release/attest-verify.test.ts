import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadRelease } from "../../../services/evidence/load";
import { readLedger, storeAt } from "../../../services/evidence/ledger";
import { attest } from "../../../cli/release/attestation";
import {
  approval,
  attesting,
  boardKeys,
  failing,
  folder,
  image,
  ledger,
  model,
  ours,
  put,
  release,
} from "./attest-fixture";

/**
 * The manifest as somebody would forge it, signed by the release's own key: only the approvals
 * themselves can show it.
 */
function forged(change: (manifest: ReturnType<typeof loadRelease>) => object): void {
  writeFileSync(join(release, "manifest.json"), JSON.stringify(change(loadRelease(folder, model))));
}

describe("causeway release verify", () => {
  const published = (approvals: readonly object[] = []) =>
    forged((manifest) => ({ ...manifest, published: true, approvals }));
  const withApproval = (more: object = {}) => ({
    role: "ethics-board",
    at: "2026-11-24T13:00:00Z",
    actor: "chair@example.com",
    image,
    reference: "a".repeat(64),
    ...more,
  });

  /** The release's own key vouches for the forged manifest. */
  const signedAgain = () => attest(release, [ours.signer]);

  test("wants of a published release the approvals that its tier asks for, by different people", () => {
    published();
    signedAgain();
    expect(failing()).toEqual([
      expect.stringContaining(
        "2 approvals by different people in different roles, one of them ethics-board; got none",
      ),
    ]);
    published([withApproval(), withApproval({ role: "model-risk", reference: "b".repeat(64) })]);
    signedAgain();
    expect(failing()).toEqual([
      expect.stringContaining(
        "got ethics-board by chair@example.com, model-risk by chair@example.com",
      ),
    ]);
    published([
      withApproval(),
      withApproval({ role: "model-risk", actor: "risk@example.com", reference: "b".repeat(64) }),
    ]);
    signedAgain();
    expect(failing()).toEqual([]);
  });

  test("finds an approval that the ledger does not hold, although the release's key signed it", async () => {
    await put(approval("risk@example.com", "model-risk"));
    await attesting();
    const entries = readLedger(storeAt(ledger));
    expect(failing({ entries })).toEqual([]);
    forged((manifest) => ({
      ...manifest,
      approvals: manifest.approvals.map((one) => ({ ...one, actor: "somebody" })),
    }));
    signedAgain();
    expect(failing()).toEqual([]);
    expect(failing({ entries })).toEqual([
      expect.stringMatching(
        /approval by role model-risk in the ledger .*"actor":"risk@example\.com".*allowed: .*"actor":"somebody"/,
      ),
    ]);
    expect(failing({ entries: [] })).toEqual([expect.stringContaining("got no entry that counts")]);
  });

  test("finds an approval of another image, the same entry twice, and a role without its signature", () => {
    forged((manifest) => ({
      ...manifest,
      approvals: [withApproval({ image: `sha256:${"0".repeat(64)}` }), withApproval()],
    }));
    signedAgain();
    const found = failing({ roleKeys: boardKeys });
    for (const part of [
      "of image sha256:000",
      "again, allowed: each entry of the ledger once",
      "got no signature, allowed: a signature by a key of ethics-board",
    ])
      expect(found.some((line) => line.includes(part))).toBe(true);
  });
});
