/** @jest-environment ./test/services/model-server/support/environment.ts */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { loadModels } from "../../../infra/stack/models";
import { modelsFolder } from "../../harness/fixtures";
import { rule as attestation } from "../../../policies/rules/governance/model-attestation";
import { rule as signature } from "../../../policies/rules/governance/model-signature";
import { modelServiceType } from "../../../policies/models";
import { InputError } from "../../../services/contract/problems";
import { loadVerified } from "../../../services/model-server/release/load";
import { attest } from "../../../cli/release/attestation";
import { verify } from "../../../cli/release/verify";
import { causeway } from "../../support/verb";
import { settings } from "../../infra/serving/fixture";
import { localStack } from "../../support/local-stack";
import { testKey } from "../../support/signing";
import { evidence } from "../../../infra/serving/model-service";

const config = localStack();
const ours = testKey("p256");
const now = Date.parse("2026-11-25T00:00:00Z");
const names = readdirSync(join(modelsFolder, "loan-approval", "release"));
let models: string;
let release: string;

beforeEach(() => {
  models = mkdtempSync(join(tmpdir(), "causeway-verify-"));
  mkdirSync(join(models, "loan-approval"));
  for (const name of ["model.yaml", "release"])
    cpSync(join(modelsFolder, "loan-approval", name), join(models, "loan-approval", name), {
      recursive: true,
    });
  release = join(models, "loan-approval", "release");
});
afterEach(() => rmSync(models, { recursive: true, force: true }));

/** Whether each of the three takes the release: the policies, the server, and the command. */
async function taken(
  trusted: readonly string[],
): Promise<{ policies: boolean; server: boolean; command: boolean }> {
  return {
    policies: policiesTake(trusted),
    server: await serverTakes(trusted),
    command: verify(release, { trusted, unsigned: trusted.length === 0, now }).holds,
  };
}

/** A manifest that can no longer be read stops the plan before any policy. */
function policiesTake(trusted: readonly string[]): boolean {
  try {
    const [model] = loadModels({ ...config, trustedKeys: [...trusted] }, models, now);
    const resource = {
      type: modelServiceType,
      name: "scorer",
      props: { ...evidence({ ...settings, ...model }), riskTier: "high" },
    };
    return [attestation, signature].every((rule) => rule.check(resource, {}).length === 0);
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

function serverTakes(trusted: readonly string[]): Promise<boolean> {
  const files = {
    contract: join(models, "loan-approval", "model.yaml"),
    manifest: join(release, "manifest.json"),
    folder: release,
    trustedKeys: trusted,
  };
  return loadVerified(files).then(
    () => true,
    (error: unknown) => {
      if (error instanceof InputError) return false;
      throw error;
    },
  );
}

function flip(name: string, share: number, mask: number): void {
  const file = join(release, name);
  const bytes = readFileSync(file);
  const place = Math.floor(share * (bytes.length - 1));
  bytes[place] = bytes[place]! ^ mask;
  writeFileSync(file, bytes);
}

test("the sample's release has the files that are verified here", () => {
  expect(names.sort()).toEqual([
    "attestation.json",
    "audit.json",
    "compression.json",
    "evaluation.json",
    "explainer.json",
    "explanation.json",
    "manifest.json",
    "model-card.md",
    "model.onnx",
    "reference.json",
  ]);
});

test("all three take the sample unsigned where no key is trusted, and signed where its key is", async () => {
  expect(await taken([])).toEqual({ policies: true, server: true, command: true });
  attest(release, [ours.signer]);
  expect(await taken([ours.publicKey])).toEqual({ policies: true, server: true, command: true });
});

describe.each(names)("one changed byte of %s", (name) => {
  test("makes each of the three refuse, signed or not", async () => {
    for (const signed of [false, true]) {
      await fc.assert(
        fc.asyncProperty(
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.constantFrom(1, 2, 0x40, 0x80),
          async (share, mask) => {
            cpSync(join(modelsFolder, "loan-approval", "release"), release, { recursive: true });
            if (signed) attest(release, [ours.signer]);
            flip(name, share, mask);
            expect(await taken(signed ? [ours.publicKey] : [])).toEqual({
              policies: false,
              server: false,
              command: false,
            });
          },
        ),
        { numRuns: 12, seed: 7 },
      );
    }
  });

  test("is still refused when the attestation is made again by another key", async () => {
    attest(release, [testKey("p256").signer]);
    expect(await taken([ours.publicKey])).toEqual({
      policies: false,
      server: false,
      command: false,
    });
  });
});

test.each(names)("each of the three refuses a release without %s", async (name) => {
  rmSync(join(release, name));
  expect(await taken([])).toEqual({ policies: false, server: false, command: false });
});

describe("causeway release verify", () => {
  const said: string[] = [];
  const run = async (...args: string[]) => {
    const { code, out } = await causeway("release verify", args);
    said.splice(0, said.length, ...out.trimEnd().split("\n"));
    return code;
  };

  test("prints each digest, the signature, the format, the contract and the age, and ends with 0", async () => {
    attest(release, [ours.signer]);
    const key = join(models, "key.pem");
    writeFileSync(key, ours.publicKey);
    expect(await run(release, "--trusted-key", key)).toBe(0);
    expect(said.every((line, i) => i === said.length - 1 || line.startsWith("ok    "))).toBe(true);
    for (const part of [
      "digest of model.onnx ",
      "digest of model-card.md ",
      "content of manifest.json ",
      `signature `,
      "format of model.onnx ",
      "digest of model.yaml ",
      "age ",
    ])
      expect(said.some((line) => line.includes(part))).toBe(true);
    expect(said.at(-1)).toBe(`${release}: all ${said.length - 1} checks hold`);
  });

  test("ends with 1 on what does not hold, and says it", async () => {
    expect(await run(release)).toBe(1);
    expect(said.filter((line) => line.startsWith("FAIL"))).toEqual([
      expect.stringMatching(
        /^FAIL {2}signature +got none, allowed: a signature by a trusted key \(--unsigned takes none\)$/,
      ),
    ]);
    expect(
      verify(release, { trusted: [], unsigned: true, now: now + 200 * 86_400_000 }).lines.some(
        (line) => /^FAIL {2}age .*allowed: at most 180 days$/.test(line),
      ),
    ).toBe(true);
    attest(release, [ours.signer]);
    expect(await run(release)).toBe(1);
    writeFileSync(
      join(models, "loan-approval", "model.yaml"),
      readFileSync(join(models, "loan-approval", "model.yaml"), "utf8").replace(
        "180 days",
        "170 days",
      ),
    );
    expect(
      verify(release, { trusted: [ours.publicKey], unsigned: false, now })
        .lines.filter((line) => line.startsWith("FAIL"))
        .map((line) => line.slice(6, 26)),
    ).toEqual(["digest of model.yaml"]);
  });

  test("ends with 2 on arguments that make no sense", async () => {
    expect([
      await run(),
      await run("nobody"),
      await run(release, "--trusted-key", join(release, "manifest.json")),
      await run(release, "--key"),
    ]).toEqual([2, 2, 2, 2]);
  });

  test("gives a program every check as JSON", async () => {
    const { code, out } = await causeway("release verify", [release, "--unsigned", "--json"]);
    expect([code, JSON.parse(out)]).toEqual([
      0,
      {
        folder: release,
        holds: true,
        checks: expect.arrayContaining([{ name: "signature", found: "none", allowed: "none" }]),
      },
    ]);
  });
});

test.each<[string, (text: string) => string]>([
  ["white space", (text) => text.replace("{", "{ ")],
  [
    "another order of keys",
    (text) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse())),
  ],
])("an attestation with %s is refused by all three, under a good signature", async (_, edit) => {
  attest(release, [ours.signer]);
  const file = join(release, "attestation.json");
  writeFileSync(file, edit(readFileSync(file, "utf8")));
  expect(await taken([ours.publicKey])).toEqual({ policies: false, server: false, command: false });
});
