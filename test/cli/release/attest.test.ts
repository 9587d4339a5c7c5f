import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { signedApproval } from "../../../services/evidence/approvals";
import { loadRelease } from "../../../services/evidence/load";
import { inspectRelease } from "../../../services/evidence/inspection";
import { readLedger, storeAt, type Fact } from "../../../services/evidence/ledger";
import { openLedger } from "../../../services/delivery/ledger-location";
import { recordedApprovals } from "../../../services/delivery/approvals";
import { attestApproved, attestModel } from "../../../cli/release/attest";
import { exitCodeOf } from "../../../cli/exit-codes";
import { Terminal } from "../../../cli/terminal";
import { causeway } from "../../support/verb";
import { digestOf } from "../../../services/contract/digests";
import { signedDetails } from "../../support/approvals";
import {
  approval,
  attesting,
  board,
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

const boardSigned = (actor = "chair@example.com", of = image) => ({
  ...signedDetails(
    { model, actor, digest: of, role: "ethics-board", reason: "read the card" },
    board.signer,
  ),
  digest: image,
});

describe("attesting a release", () => {
  test("carries the approvals that the ledger holds of the image, signed, and is on record by who did it", async () => {
    const first = await put(approval("risk@example.com", "model-risk"));
    await put({ ...approval("risk@example.com", "model-risk"), subject: "another-model" });
    await put(approval("risk@example.com", "model-risk", { digest: `sha256:${"0".repeat(64)}` }));
    await put(approval("risk@example.com", "model-risk", { pausedFor: "InconclusiveAnalysisRun" }));
    await put(approval("risk@example.com", "model-risk", { reason: "once more" }));
    const second = await put(
      approval("chair@example.com", "ethics-board", { pausedFor: "CanaryPauseStep" }),
    );
    const found = await attesting();
    const approvals = [
      {
        role: "model-risk",
        at: first.time,
        actor: "risk@example.com",
        image,
        reference: first.hash,
      },
      {
        role: "ethics-board",
        at: second.time,
        actor: "chair@example.com",
        image,
        reference: second.hash,
      },
    ];
    expect(found).toEqual({ approvals, refused: [] });
    expect(loadRelease(folder, model).approvals).toEqual(approvals);
    const { signature, attested } = inspectRelease(release, [ours.publicKey]);
    expect([signature.state, attested?.approvals]).toEqual(["trusted", approvals]);
    const { actor, action, subject, details } = readLedger(storeAt(ledger)).at(-1)!;
    expect([actor, action, subject]).toEqual(["release-manager", "attest", model]);
    expect(details).toMatchObject({
      digest: image,
      approvals: [first.hash, second.hash],
      signers: [ours.signer.keyid],
      attestation: digestOf(readFileSync(join(release, "attestation.json"))),
    });
  });

  test("takes out what the manifest had and the ledger does not hold", async () => {
    await put(approval("risk@example.com", "model-risk"));
    await attesting();
    rmSync(ledger);
    expect((await attesting()).approvals).toEqual([]);
    expect(loadRelease(folder, model).approvals).toEqual([]);
  });

  test("changes nothing where it cannot be put on record", async () => {
    await put(approval("risk@example.com", "model-risk"));
    const files = () =>
      ["manifest.json", "attestation.json"].map((name) =>
        readFileSync(join(release, name), "utf8"),
      );
    const before = files();
    const { entries } = await openLedger(ledger);
    const refusing = { entries, record: () => Promise.reject(new Error("AccessDenied")) };
    await expect(
      attestApproved({
        folder: release,
        signers: [ours.signer],
        ledger: refusing,
        actor: "x",
        roleKeys: [],
      }),
    ).rejects.toThrow("AccessDenied");
    expect(files()).toEqual(before);
  });

  test("takes no approval out of a ledger that was tampered with", async () => {
    await put(approval("risk@example.com", "model-risk"));
    writeFileSync(ledger, readFileSync(ledger, "utf8").replace("model-risk", "ethics-board"));
    await expect(attesting()).rejects.toThrow("does not verify");
  });
});

describe("an approval in a role that the stack has keys for", () => {
  test("counts with the signature of one of them over this image, this person and this role", async () => {
    await put(approval("chair@example.com", "ethics-board", boardSigned()));
    expect((await attesting(boardKeys)).approvals).toMatchObject([
      { role: "ethics-board", signature: { keyid: board.signer.keyid } },
    ]);
    expect(failing({ roleKeys: boardKeys })).toEqual([]);
  });

  test.each<[string, () => Fact, string]>([
    ["without a signature", () => approval("chair@example.com", "ethics-board"), "no signature"],
    [
      "signed for another image",
      () =>
        approval(
          "chair@example.com",
          "ethics-board",
          boardSigned("chair@example.com", `sha256:${"0".repeat(64)}`),
        ),
      "a signature over something else",
    ],
    [
      "signed by another person",
      () => approval("eve@example.com", "ethics-board", boardSigned()),
      "a signature over something else",
    ],
    [
      "signed with another key",
      () =>
        approval("chair@example.com", "ethics-board", {
          ...signedDetails(
            { model, actor: "chair@example.com", digest: image, role: "ethics-board" },
            ours.signer,
          ),
        }),
      "which is no key of the role",
    ],
    [
      "with something else for a signature",
      () => approval("chair@example.com", "ethics-board", { signature: "yes" }),
      "no signature",
    ],
  ])("does not count %s", async (_title, fact, message) => {
    await put(fact());
    const { approvals, refused } = await attesting(boardKeys);
    expect([approvals, refused]).toEqual([[], [expect.stringContaining(message)]]);
  });

  test("is claimed where the stack has no key at all, and counts for nothing where another role has one", async () => {
    await put(approval("eve@example.com", "ethics-board"));
    expect((await attesting([])).approvals).toHaveLength(1);
    expect(await attesting([{ role: "model-risk", key: board.publicKey }])).toMatchObject({
      approvals: [],
      refused: [expect.stringContaining("a role without keys, where others have some")],
    });
  });

  test("is no signature over a release, and none over a release is one over an approval", () => {
    const { sig } = signedApproval(
      { model, actor: "a", details: { digest: image, role: "ethics-board" } },
      ours.signer,
    );
    const envelope = JSON.parse(readFileSync(join(release, "attestation.json"), "utf8"));
    writeFileSync(
      join(release, "attestation.json"),
      JSON.stringify({ ...envelope, signatures: [{ keyid: ours.signer.keyid, sig }] }),
    );
    expect(inspectRelease(release, [ours.publicKey]).signature.state).toBe("untrusted");
  });
});

describe("causeway release attest", () => {
  const key = () => {
    const file = join(folder, "key.pem");
    writeFileSync(file, ours.privateKey);
    return file;
  };

  test("says who approved and what is still wanted, under the account of the machine", async () => {
    const said: string[] = [];
    await put(approval("risk@example.com", "model-risk"));
    const streams = { out: (text: string) => said.push(text), error: () => 0, input: () => "" };
    await attestModel(folder, model, { key: key(), ledger }, new Terminal(streams));
    expect(said).toEqual([
      "approvals: model-risk by risk@example.com; still wanted: 2 approvals by different people in different roles, one of them ethics-board; got model-risk by risk@example.com\n",
      expect.stringContaining(`signed the release of ${model} with ${ours.signer.keyid}`),
    ]);
    expect(readLedger(storeAt(ledger)).at(-1)).toMatchObject({
      action: "attest",
      actor: userInfo().username,
    });
  });

  test("ends with 2 without ledger or key and for no model, and with 1 over a ledger that does not hold", async () => {
    writeFileSync(ledger, "no entry\n");
    const ended = await Promise.all(
      [[model], ["nobody", "--key", key(), "--ledger", ledger]].map((args) =>
        causeway("release attest", args),
      ),
    );
    expect(ended.map(({ code }) => code)).toEqual([2, 2]);
    expect(ended[0]?.err).toContain("missing: --key <key>, --ledger <ledger>");
    const error: unknown = await attestModel(
      folder,
      model,
      { key: key(), ledger },
      new Terminal(),
    ).catch((reason: unknown) => reason);
    expect([exitCodeOf(error), String(error)]).toEqual([
      1,
      expect.stringContaining("line 1 is not an entry"),
    ]);
  });
});

test("an entry that names no role is no approval", async () => {
  const entry = await put(approval("a@example.com", "Ethics Board"));
  expect(recordedApprovals([entry], { model, image }, [])).toEqual({
    approvals: [],
    refused: ["entry 1 by a@example.com: it names no role"],
  });
});
