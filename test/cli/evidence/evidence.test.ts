import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { pack, type Header } from "tar-stream";
import { rules } from "../../../policies/rules";
import { archive, unpacked } from "../../../cli/evidence/archive";
import { collect } from "../../../cli/evidence/collect";
import { attestationOf, sumsOf } from "../../../cli/evidence/sums";
import { fixtureProject as project } from "../../harness/fixtures";
import { signedCheckpoint } from "../../../services/evidence/checkpoint";
import { testKey } from "../../support/signing";
import { digestOf } from "../../../services/contract/digests";
import {
  change,
  content,
  entries,
  files,
  key,
  model,
  named,
  plans,
  signed,
  text,
  verify,
} from "./fixture";

type HeaderOf = Partial<Header> & Pick<Header, "name">;

describe("the checkpoint of an archive", () => {
  const checkpointKey = testKey("p256");
  const signer = {
    keyid: checkpointKey.signer.keyid,
    sign: (message: Buffer) => Promise.resolve(checkpointKey.signer.sign(message)),
  };
  const collected = async (upTo: number, ledger = entries) =>
    collect({
      project,
      model,
      ledger,
      plans,
      rules,
      checkpoint: await signedCheckpoint(
        {
          ledger: "s3://example-audit/ledger",
          entries: upTo,
          head: entries[upTo - 1]!.hash,
          time: "2026-11-24T12:05:00Z",
        },
        signer,
      ),
    });
  const checkpointKeys = [checkpointKey.publicKey];

  it("is verified offline by its key, and without one by its hash alone", async () => {
    const archived = await collected(3);
    expect(await verify(archived, { checkpointKeys })).toMatchObject({
      mismatches: [],
      checkpoint: "trusted",
      summary: { ledger: { entries: 4, checkpoint: 3 } },
    });
    expect(await verify(archived)).toMatchObject({ mismatches: [], checkpoint: "unchecked" });
  });

  it("shows a ledger that was cut off, another key, and that it is not there", async () => {
    expect(await named(await collected(4, entries.slice(0, 3)), { checkpointKeys })).toEqual([
      expect.stringMatching(/^checkpoint\.json says .*entries were removed from its end$/),
    ]);
    expect(await named(await collected(4), { checkpointKeys: [testKey().publicKey] })).toEqual([
      expect.stringContaining("which is not the key of this ledger's checkpoints"),
    ]);
    expect(await named(files, { checkpointKeys })).toEqual([
      "checkpoint.json is missing: nobody vouches for the ledger's end",
    ]);
  });
});

describe("an archive of evidence", () => {
  it("holds the release, the contract, the ledger, the judgements, the coverage and the digests of all of it", () => {
    const names = files.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        "README.md",
        "SHA256SUMS",
        "evidence.json",
        "ledger.jsonl",
        "policies/coverage.json",
        "documents/coverage.md",
        "stacks/prod/judgement.json",
        "stacks/prod/stack.yaml",
        "stacks/prod/policies.json",
        "stacks/local/judgement.json",
      ]),
    );
    for (const name of [
      "model.yaml",
      "train.py",
      "release/model.onnx",
      "release/model-card.md",
      "release/manifest.json",
      "release/audit.json",
      "release/attestation.json",
    ])
      expect(names).toContain(`models/${model}/${name}`);
    const sums = files
      .find(({ name }) => name === "SHA256SUMS")!
      .bytes.toString("utf8")
      .trim()
      .split("\n");
    expect(sums.map((line) => line.slice(66)).sort()).toEqual(
      names.filter((name) => name !== "SHA256SUMS").sort(),
    );
  });

  it("is the same bytes from the same sources, in whatever order they come", async () => {
    const again = await archive(
      [...collect({ project, model, ledger: entries, plans, rules })].reverse(),
    );
    expect(digestOf(again)).toBe(digestOf(await archive(files)));
  });

  it("holds, and says what is missing in plain sentences", async () => {
    const { mismatches, summary, signature } = await verify(files);
    expect([mismatches, signature]).toEqual([[], "none"]);
    expect(summary!.ledger).toEqual({
      entries: 4,
      head: entries[3]!.hash,
      checkpoint: null,
      ofModel: { approve: 1, evaluate: 1, release: 1, train: 1 },
    });
    expect(summary!.findings).toEqual(
      expect.arrayContaining([
        "nobody approved the release",
        "no external party audited the model for bias",
        "the ledger has no entry of train for this model's digest",
      ]),
    );
  });

  it("is verified by sha256sum alone, too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "causeway-evidence-"));
    try {
      writeFileSync(join(folder, "evidence.tar.gz"), await archive(files));
      execFileSync("tar", ["xzf", "evidence.tar.gz"], { cwd: folder });
      const said = execFileSync("sha256sum", ["--check", "SHA256SUMS"], {
        cwd: folder,
        encoding: "utf8",
      });
      expect(
        said
          .trim()
          .split("\n")
          .filter((line) => line.endsWith(": OK")),
      ).toHaveLength(files.length - 1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("a signed archive", () => {
  it("is trusted by its key, and told apart from one that nobody checked", async () => {
    expect(
      await verify(signed, { trusted: [testKey("p256").publicKey, key.publicKey] }),
    ).toMatchObject({ mismatches: [], signature: "trusted" });
    expect(await verify(signed)).toMatchObject({ mismatches: [], signature: "unchecked" });
  });

  it("is refused by another key, unsigned, and with a listing made again", async () => {
    expect(await named(signed, { trusted: [testKey().publicKey] })).toEqual([
      expect.stringMatching(
        /^attestation\.json is signed by sha256:[0-9a-f]{64}, which is not trusted/,
      ),
    ]);
    expect(await named(files, { trusted: [key.publicKey] })).toEqual([
      "attestation.json is missing: nobody signed this archive",
    ]);
    const forged = change(
      content(signed),
      "policies/coverage.json",
      text((said) => said.replace("access-", "absent-")),
    );
    const attestation = signed.find(({ name }) => name === "attestation.json")!;
    expect(
      await named([...forged, sumsOf(forged), attestation], { trusted: [key.publicKey] }),
    ).toEqual(["attestation.json vouches for another SHA256SUMS"]);
    expect(
      await named(
        [...forged, sumsOf(forged), attestationOf(sumsOf(forged), model, testKey().signer)],
        { trusted: [key.publicKey] },
      ),
    ).toEqual([expect.stringContaining("which is not trusted")]);
  });

  it("takes no attestation of another kind that the same key signed", async () => {
    const release = signed.find(({ name }) => name === `models/${model}/release/attestation.json`)!;
    expect(
      await named(
        change(signed, "attestation.json", () => release.bytes),
        { trusted: [key.publicKey] },
      ),
    ).toEqual([
      expect.stringMatching(
        /^attestation\.json is no (DSSE envelope with a signature|statement over evidence)$/,
      ),
    ]);
  });
});

describe("unpacking", () => {
  const packed = async (headers: readonly HeaderOf[]) => {
    const packer = pack();
    for (const header of headers) packer.entry(header, header.type === "symlink" ? "" : "x");
    packer.finalize();
    const parts: Buffer[] = [];
    for await (const part of packer) parts.push(part as Buffer);
    const bytes = gzipSync(Buffer.concat(parts), { level: 9 });
    bytes[9] = 255;
    return bytes;
  };

  it.each<[string, HeaderOf[], string]>([
    ["a path that leads out", [{ name: "../x" }], 'holds "../x" of kind file'],
    ["a path from the root", [{ name: "/etc/x" }], 'holds "/etc/x" of kind file'],
    [
      "a link",
      [{ name: "x", type: "symlink", linkname: "/etc/passwd" }],
      'holds "x" of kind symlink',
    ],
    ["a name twice", [{ name: "x" }, { name: "x" }], "holds x twice"],
    [
      "a file with an owner and a time",
      [{ name: "x", uid: 7, mtime: new Date(5000) }],
      "is not packed as `causeway evidence export` packs",
    ],
  ])("refuses %s", async (_what, headers, message) => {
    await expect(packed(headers).then(unpacked)).rejects.toThrow(message);
  });

  it("gives back any files that were packed", async () => {
    const name = fc.stringMatching(/^[a-z]{1,12}(\/[a-z]{1,80}){0,3}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.record({
            name,
            bytes: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
          }),
          { selector: (file) => file.name, maxLength: 8 },
        ),
        async (given) => {
          expect(await unpacked(await archive(given))).toEqual(
            [...given].sort((a, b) => (a.name < b.name ? -1 : 1)),
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});
