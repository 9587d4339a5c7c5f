import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { archive, type ArchivedFile } from "../../../cli/evidence/archive";
import { summaryOf } from "../../../cli/evidence/summary";
import { sumsOf } from "../../../cli/evidence/sums";
import { verifyEvidence } from "../../../cli/evidence/verify";
import { digestOf } from "../../../services/contract/digests";
import { change, content, files, key, model, named, signed, text } from "./fixture";

const flip = (bytes: Buffer, at = bytes.length >> 1) => {
  bytes[at] = bytes[at]! ^ 1;
  return bytes;
};

/** What somebody does who knows the format: the listing is made again. */
const relisted = (given: readonly ArchivedFile[]) => [...content(given), sumsOf(content(given))];

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
