import {
  approverKeysIn,
  approverKeysOption,
  type RoleKey,
} from "../../../services/evidence/approvals";
import type { Entry } from "../../../services/evidence/ledger";
import { approvalIn } from "../../../services/delivery/approvals";
import { promoterArguments } from "../../../services/delivery/promote";
import { promote, type Promotion } from "../../../services/delivery/promotion";
import { signedDetails } from "../../support/approvals";
import { testKey } from "../../support/signing";
import { contract, old, region } from "../../support/rollouts";
import { digest, promotion, release } from "./promotion-fixture";

describe("the approvals of a release", () => {
  const [board, stranger] = [testKey("p256"), testKey()];
  const approverKeys: RoleKey[] = [
    { role: "ethics-board", key: board.publicKey },
    { role: "model-risk", key: stranger.publicKey },
  ];
  const time = "2026-11-29T10:00:00Z";
  const statement = {
    model: "loan-approval",
    digest,
    role: "ethics-board",
    actor: "chair@example.com",
    reason: "reviewed",
  };
  const entry = (actor: string, role: string, details: Entry["details"] = {}, i = 0): Entry => ({
    sequence: i,
    time,
    actor,
    action: "approve",
    subject: "loan-approval",
    details: { digest, role, reason: "reviewed", ...details },
    previous: "0".repeat(64),
    hash: String(i).repeat(64),
  });
  const risk = entry(
    "risk@example.com",
    "model-risk",
    signedDetails(
      { ...statement, role: "model-risk", actor: "risk@example.com" },
      stranger.signer,
      time,
    ),
    1,
  );
  const chair = (details?: Entry["details"]) => [
    risk,
    entry("chair@example.com", "ethics-board", details, 2),
  ];
  const promoting = async (entries: readonly Entry[], more: Partial<Promotion> = {}) => {
    const one = region("eu-west-1", "Healthy");
    const results = promote(
      promotion([one], {
        approval: (of) => approvalIn(entries, contract, of, approverKeys),
        approverKeys,
        ...more,
      }),
    );
    return { one, results };
  };
  const signed = signedDetails(statement, board.signer, time);

  test("are enough when each is signed by a key of its role", async () => {
    const { results, one } = await promoting(chair(signed));
    expect((await results).map(({ outcome }) => outcome)).toEqual(["promoted"]);
    expect(one.patches).toBe(1);
  });

  test.each<[string, readonly Entry[], string]>([
    ["missing", [], "one of them ethics-board; got none): npx causeway delivery"],
    ["of one role alone", [risk], "got model-risk by risk@example.com): npx causeway delivery"],
    [
      "unsigned",
      chair(),
      "got model-risk by risk@example.com; not counted: entry 2 by chair@example.com as ethics-board: no signature)",
    ],
    [
      "signed by a key of another role",
      chair(signedDetails(statement, stranger.signer, time)),
      `entry 2 by chair@example.com as ethics-board: a signature by ${stranger.signer.keyid}, which is no key of the role`,
    ],
    [
      "signed over another image",
      chair({
        ...signedDetails({ ...statement, digest: old.image.digest }, board.signer, time),
        digest,
      }),
      "entry 2 by chair@example.com as ethics-board: a signature over something else",
    ],
    [
      "signed in another person's name",
      chair(signedDetails({ ...statement, actor: "other@example.com" }, board.signer, time)),
      "a signature over something else",
    ],
  ])("that are %s promote nothing", async (_, entries, message) => {
    const { results, one } = await promoting(entries);
    await expect(results).rejects.toThrow(message);
    expect(one.patches).toBe(0);
  });

  test("in the manifest are held to the keys too, and to the image", async () => {
    const approval = {
      role: "ethics-board",
      at: "2026-11-29T10:00:00Z",
      actor: "chair@example.com",
      image: digest,
      reference: "2".repeat(64),
    };
    const { signature, ...details } = signed;
    const carrying = (more: object) =>
      promoting(chair(signed), { release: { ...release, approvals: [{ ...approval, ...more }] } });
    await expect((await carrying({})).results).rejects.toThrow(
      'approvals[0], by role ethics-board: got "no signature", allowed: a signature by a key of ethics-board in causeway:approverKeys',
    );
    await expect(
      (await carrying({ image: old.image.digest, signature, details })).results,
    ).rejects.toThrow(`got "of image ${old.image.digest}", allowed: of image ${digest}`);
    expect(await (await carrying({ signature, details })).results).toMatchObject([
      { outcome: "promoted" },
    ]);
  });

  test("are asked for by the risk tier, whatever the channel says", async () => {
    const automatic = {
      ...contract,
      release: { ...contract.release, channel: "automatic" as const },
    };
    await expect((await promoting([risk], { contract: automatic })).results).rejects.toThrow(
      "approvals: got",
    );
  });

  test("are asked for by what the held-out rows do not show, also of a minimal tier", async () => {
    const minimal = {
      ...contract,
      riskTier: "minimal" as const,
      release: { ...contract.release, channel: "automatic" as const },
    };
    const shown = (outcome: "held" | "not shown") => ({
      ...release,
      fairness: release.fairness.map((result) => ({ ...result, outcome })),
    });
    const said = async (outcome: "held" | "not shown", entries: readonly Entry[]) => {
      const { results } = await promoting(entries, {
        contract: minimal,
        release: shown(outcome),
        approval: (image) => approvalIn(entries, minimal, image, approverKeys),
      });
      return results.then(
        () => "",
        (error: unknown) => String(error),
      );
    };
    expect(await said("not shown", [])).toContain(
      "; not shown on the held-out rows: selection-rate-ratio of race",
    );
    expect(await said("not shown", [risk])).not.toContain("approvals");
    expect(await said("held", [])).not.toContain("approvals");
  });

  test("are bound by keys that the promoter is given as an argument, and by no text that is none", () => {
    const given = promoterArguments([
      "--contract=a",
      "--attestation=b",
      "--ledger=c",
      "--run=d",
      "--region=x",
      ...approverKeysOption(approverKeys),
    ]);
    expect(given.approverKeys).toEqual(approverKeys);
    expect(approverKeysOption([])).toEqual([]);
    expect(approverKeysIn(undefined)).toEqual([]);
    expect(() => approverKeysIn("[")).toThrow(
      /^--approver-keys has 1 problem:\n.*got ".*", allowed: JSON/,
    );
    expect(() => approverKeysIn('[{"role":"ethics-board","key":"none"}]')).toThrow(
      "a public key in PEM, ed25519 or ECDSA on P-256",
    );
  });
});
