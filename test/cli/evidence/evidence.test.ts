import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { pack, type Header } from "tar-stream";
import { rules } from "../../../policies/rules";
import { nextEntry, type Entry } from "../../../services/evidence/ledger/entry";
import { archive, unpacked, type ArchivedFile } from "../../../cli/evidence/archive";
import { collect } from "../../../cli/evidence/collect";
import { summaryOf } from "../../../cli/evidence/summary";
import { attestationOf, sumsOf } from "../../../cli/evidence/sums";
import { verifyEvidence, type EvidenceOptions } from "../../../cli/evidence/verify";
import { planStack, type StackPlan } from "../../../cli/plan/plan";
import { fixtureProject as project } from "../../harness/fixtures";
import { testKey } from "../../support/signing";
import { digestOf } from "../../../services/contract/digests";

type HeaderOf = Partial<Header> & Pick<Header, "name">;

const model = "loan-approval";
const key = testKey();
const entries = (["train", "evaluate", "approve", "release"] as const).reduce<Entry[]>(
  (list, action) => [
    ...list,
    nextEntry(
      list.at(-1),
      { actor: "causeway:pipelines", action, subject: model, details: {} },
      new Date("2026-11-24T12:00:00Z"),
    ),
  ],
  [],
);

let plans: StackPlan[];
let files: readonly ArchivedFile[];
let signed: readonly ArchivedFile[];
beforeAll(async () => {
  // Nothing is planned: what the judgement says is not what is tested here.
  plans = await Promise.all(
    ["prod", "local"].map((stack) =>
      planStack({ project, stack, program: () => undefined, rules: [] }),
    ),
  );
  files = collect({ project, model, ledger: entries, plans, rules });
  signed = collect({ project, model, ledger: entries, plans, rules, signer: key.signer });
});

const verify = async (given: readonly ArchivedFile[], options: Partial<EvidenceOptions> = {}) =>
  verifyEvidence(await archive(given), { trusted: [], ...options });
const named = async (given: readonly ArchivedFile[], options: Partial<EvidenceOptions> = {}) =>
  (await verify(given, options)).mismatches.map(({ file, message }) => `${file} ${message}`);
const content = (given: readonly ArchivedFile[]) =>
  given.filter(({ name }) => name !== "SHA256SUMS" && name !== "attestation.json");
const change = (given: readonly ArchivedFile[], at: string, to: (bytes: Buffer) => Buffer) =>
  given.map((file) => (file.name === at ? { ...file, bytes: to(Buffer.from(file.bytes)) } : file));
const flip = (bytes: Buffer, at = bytes.length >> 1) => {
  bytes[at] = bytes[at]! ^ 1;
  return bytes;
};
/** What somebody does who knows the format: the listing is made again. */
const relisted = (given: readonly ArchivedFile[]) => [...content(given), sumsOf(content(given))];
const text = (change: (text: string) => string) => (bytes: Buffer) =>
  Buffer.from(change(bytes.toString("utf8")));

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

describe("a changed archive", () => {
  it("is refused for one bit of any file, which is named", async () => {
    for (const { name, bytes } of signed.filter((file) => file.bytes.length > 0)) {
      const said = await named(change(signed, name, flip), { trusted: [key.publicKey] });
      expect({ name, said }).toEqual({
        name,
        said: expect.arrayContaining([
          expect.stringContaining(name === "SHA256SUMS" ? "SHA256SUMS" : `${name} `),
        ]),
      });
      expect(bytes).toBe(signed.find((file) => file.name === name)!.bytes);
    }
  });

  // A few bits of a compressed file say nothing, such as those that fill its last byte: what it
  // holds is then the very same.
  it("is refused for one bit of the archive at any place, or holds the very same", async () => {
    const whole = await archive(signed);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
        const bytes = Buffer.from(whole);
        bytes[at] = bytes[at]! ^ (1 << bit);
        const { mismatches } = await verifyEvidence(bytes, { trusted: [] });
        if (mismatches.length === 0) expect(gunzipSync(bytes).equals(gunzipSync(whole))).toBe(true);
      }),
      {
        numRuns: 60,
        examples: [
          ...[...Array(10).keys()].map((at): [number, number] => [at, 0]),
          [whole.length - 9, 7],
        ],
      },
    );
  });

  it("is refused where it was cut short or goes on", async () => {
    const whole = await archive(files);
    for (const bytes of [
      whole.subarray(0, -1),
      whole.subarray(0, 100),
      Buffer.alloc(0),
      Buffer.concat([whole, Buffer.alloc(8)]),
      Buffer.concat([whole, gzipSync("")]),
    ])
      expect((await verifyEvidence(bytes, { trusted: [] })).mismatches).toEqual([
        { file: "the archive", message: expect.any(String) },
      ]);
  });

  it("is refused with a file more or less", async () => {
    expect(await named([...files, { name: "note.txt", bytes: Buffer.from("hello") }])).toEqual([
      "note.txt is not listed in SHA256SUMS",
    ]);
    expect(await named(files.filter(({ name }) => name !== "policies/coverage.json"))).toEqual([
      "policies/coverage.json is listed in SHA256SUMS and not there",
    ]);
    expect(await named(content(files))).toEqual(["SHA256SUMS is missing"]);
  });

  it("is refused by what is in it, where the listing was made again", async () => {
    for (const { name } of content(files).filter((file) => file.name.includes("/release/"))) {
      const said = await named(relisted(change(files, name, flip)));
      expect({ name, said: said.length > 0 }).toEqual({ name, said: true });
    }
    expect(
      await named(
        relisted(
          change(
            files,
            "evidence.json",
            text((said) => said.replace('"published": false', '"published": true')),
          ),
        ),
      ),
    ).toContain("evidence.json does not say what the other files say");
    expect(
      await named(
        relisted(
          change(
            files,
            "README.md",
            text((said) => said.replace("- nobody approved the release\n", "")),
          ),
        ),
      ),
    ).toEqual(["README.md does not say what the other files say"]);
  });

  it("misses no approval and no audit where the tier asks for none", async () => {
    const modest = (bytes: Buffer) =>
      Buffer.from(bytes.toString("utf8").replace("riskTier: high", "riskTier: limited"));
    const { findings } = summaryOf(
      model,
      content(change(files, `models/${model}/model.yaml`, modest)),
    );
    expect(findings.filter((finding) => /approved|audited/.test(finding))).toEqual([]);
    expect(
      await named(
        relisted(
          change(files, `models/${model}/model.yaml`, (bytes) =>
            Buffer.concat([bytes, Buffer.from(": [")]),
          ),
        ),
      ),
    ).not.toEqual([]);
  });

  it("is refused for a ledger with a line changed, removed or moved, where the listing was made again", async () => {
    const lines = (edit: (list: string[]) => string[]) =>
      named(
        relisted(
          change(
            files,
            "ledger.jsonl",
            text((said) => edit(said.trim().split("\n")).join("\n") + "\n"),
          ),
        ),
      );
    expect(
      await lines((list) => list.map((line) => line.replace("evaluate", "override"))),
    ).toContain("ledger.jsonl line 2 was changed: its hash is not that of its content");
    expect(await lines(([first, , ...rest]) => [first!, ...rest])).toContain(
      "ledger.jsonl line 2 has number 3 where 2 belongs: entry 2 is missing before it",
    );
    expect(await lines(([first, second, ...rest]) => [second!, first!, ...rest])).toContain(
      "ledger.jsonl line 1 has number 2 where 1 belongs: entry 1 is missing before it",
    );
    expect(await named(files, { head: "0".repeat(64) })).toEqual([
      `ledger.jsonl line 4 is not the last entry: ${"0".repeat(64)} should be, so entries were removed after it`,
    ]);
  });

  it("is refused by who knows its digest", async () => {
    const digest = digestOf(await archive(files));
    expect(await named(files, { digest })).toEqual([]);
    expect(await named(signed, { digest })).toEqual([
      expect.stringMatching(
        /^the archive has digest sha256:[0-9a-f]{64}, sha256:[0-9a-f]{64} was expected$/,
      ),
    ]);
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
