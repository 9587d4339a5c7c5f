/** @jest-environment ./test/services/model-server/support/environment.ts */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { attestedBy, attestationOf, sumsOf } from "../../cli/evidence/sums";
import { packConfig } from "../../cli/plan/judgement";
import { readStackFile } from "../../cli/plan/stack-file";
import { parseConfig } from "../../infra/stack/load";
import { statements } from "../../policies/iam";
import { parseBody } from "../../services/model-server/requests/body";
import { RequestProblem } from "../../services/model-server/requests/problem";
import { loadVerified } from "../../services/model-server/release/load";
import { contractJson } from "../../services/contract/contract";
import { loadContract } from "../../services/contract/load";
import { InputError } from "../../services/contract/problems";
import { parseYaml } from "../../services/contract/yaml";
import { carriedApprovals } from "../../services/delivery/carried-approvals";
import { openOrders } from "../../services/delivery/orders";
import { attestedRelease } from "../../services/delivery/promote";
import { recordErasure } from "../../services/delivery/record-erasure";
import { factsOf } from "../../services/delivery/record-run";
import { approverKeysIn, trustedKeysIn } from "../../services/evidence/approvals";
import { enveloped, statementIn, statementOf } from "../../services/evidence/attestation";
import { recordPath, imageEvidence } from "../../services/evidence/images";
import { attestationIn } from "../../services/evidence/inspection";
import { entryHash } from "../../services/evidence/ledger/entry";
import { loadBiasAudit, loadRelease, loadVerdicts } from "../../services/evidence/load";
import { fixtureProject, modelsFolder } from "../harness/fixtures";
import { testKey } from "../support/signing";
import { verdict } from "../support/verdicts";
import { copiedModel, filesIn, sealed } from "../services/model-server/support/release";
import { order } from "../services/delivery/follow-fixture";
import { release } from "../services/delivery/promotion-fixture";

/** Two readers of one text take different values of a key that is there twice. */
const twice = (text: string): string => {
  const at = /(?<!\\)"([A-Za-z_][\w-]*)"\s*:/.exec(text);
  if (at === null) throw new Error(`no key in ${text}`);
  return `${text.slice(0, at.index)}"${at[1]}":"what a person reads",${text.slice(at.index)}`;
};
const deep = (levels: number) => `${'{"a":['.repeat(levels)}1${"]}".repeat(levels)}`;

const ours = testKey();
const signed = enveloped(statementOf(release, {}), [ours.signer]);
const model = "loan-approval";
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-json-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file below the folder of the test. */
function file(path: string, text: string): string {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

const entry = {
  sequence: 1,
  time: "2026-11-30T00:00:00.000Z",
  actor: "chair@example.com",
  action: "approve",
  subject: model,
  details: { role: "ethics-board" },
  previous: "0".repeat(64),
} as const;
const whole = JSON.stringify({ ...entry, hash: entryHash(entry) });
const searched = { files: 1, bytes: 2, found: [], closed: [] };
const answer = { model, retrain: false, runs: [], search: searched, logLines: null };
const sums = sumsOf([]);

/** A reader of JSON that somebody else wrote: a text that it takes, and how it is read. */
interface Reader {
  readonly good: string;
  /** Nothing or an InputError where it refuses the text. */
  readonly read: (text: string) => unknown;
}

const readers: Record<string, Reader> = {
  "a release manifest": {
    good: JSON.stringify({ ...release, model }),
    read: (text) => {
      file(`${model}/release/manifest.json`, text);
      return loadRelease(folder, model);
    },
  },
  "a manifest that a server is given": {
    good: readFileSync(join(modelsFolder, model, "release/manifest.json"), "utf8"),
    read: (text) => loadVerified({ ...filesIn(copiedModel()), manifest: file("m.json", text) }),
  },
  "a contract that a server is given": {
    good: contractJson(loadContract(modelsFolder, model)),
    read: (text) => loadVerified({ ...filesIn(copiedModel()), contract: file("c.json", text) }),
  },
  "the reference of a release": {
    good: readFileSync(join(modelsFolder, model, "release/reference.json"), "utf8"),
    read: (text) => {
      const copy = copiedModel();
      writeFileSync(join(copy, "release/reference.json"), text);
      sealed(copy);
      return loadVerified(filesIn(copy));
    },
  },
  "an attestation": {
    good: JSON.stringify(signed),
    read: (text) => {
      const read = attestationIn(file("attestation.json", text));
      return typeof read === "string" ? undefined : read;
    },
  },
  "a statement": {
    good: JSON.stringify(statementOf(release, { "model.onnx": `sha256:${"a".repeat(64)}` })),
    read: (text) => statementIn({ ...signed, payload: Buffer.from(text).toString("base64") }),
  },
  "the attestation of an archive": {
    good: attestationOf(sums, model, ours.signer).bytes.toString(),
    read: (text) => {
      const state = attestedBy({ name: "attestation.json", bytes: Buffer.from(text) }, sums, []);
      return typeof state === "string" ? undefined : state;
    },
  },
  "a verdict": {
    good: JSON.stringify(verdict()),
    read: (text) => {
      file(`${model}/verdicts/one.json`, text);
      return loadVerdicts(folder, model);
    },
  },
  "a bias audit": {
    good: JSON.stringify({
      model,
      version: "1.0.0",
      digest: `sha256:${"a".repeat(64)}`,
      auditor: { organisation: "somebody", independent: true },
      at: "2026-11-24T00:00:00Z",
      report: { reference: "here", digest: `sha256:${"a".repeat(64)}` },
    }),
    read: (text) => {
      file(`${model}/bias-audit.json`, text);
      return loadBiasAudit(folder, model);
    },
  },
  "an order": {
    good: JSON.stringify(order()),
    read: async (text) => {
      file(`eu-central-1/${model}/000000000001.json`, text);
      return openOrders(folder).get("eu-central-1", model);
    },
  },
  "an approval that was carried into a cluster": {
    good: whole,
    read: async (text) => {
      const body = { items: [{ data: { actor: entry.actor, entry: text } }] };
      const send = async () => ({ status: 200, text: JSON.stringify(body) });
      return (await carriedApprovals(send, model))[0];
    },
  },
  "a fact of a run": {
    good: JSON.stringify({
      action: "train",
      subject: model,
      at: "2026-11-24T03:00:00Z",
      details: { outcome: "trained" },
    }),
    read: (text) => {
      file("facts/train.json", text);
      return factsOf(folder);
    },
  },
  "the record of an image": {
    good: JSON.stringify({
      image: { repository: "r.example.com/t", digest: `sha256:${"a".repeat(64)}` },
      revision: "a".repeat(40),
      bill: `sha256:${"a".repeat(64)}`,
    }),
    read: (text) => {
      file(recordPath("training"), text);
      return imageEvidence(folder, "training", "r.example.com/t@sha256:a", true).record;
    },
  },
  "the option --attestation": { good: JSON.stringify(signed), read: attestedRelease },
  "the option --answer": {
    good: JSON.stringify(answer),
    read: async (text) => {
      jest.spyOn(console, "log").mockImplementation(() => undefined);
      const [pseudonym, ledger] = [`k1.${"0".repeat(32)}`, join(folder, "ledger.jsonl")];
      const more = ["--pseudonym", pseudonym, "--reason", "x", "--actor", "x", "--run", "x"];
      return recordErasure(["--answer", text, "--ledger", ledger, ...more], modelsFolder);
    },
  },
  "the option --approver-keys": {
    good: JSON.stringify([{ role: "ethics-board", key: ours.publicKey }]),
    read: approverKeysIn,
  },
  "the configuration of the rules": {
    good: JSON.stringify({ "access-policy-wildcard": "mandatory" }),
    read: (text) => packConfig(file("prod.json", text)),
  },
  "a value of the stack's configuration": {
    good: '{"name":"models.example.com","hostedZoneId":"Z0123456789PROD"}',
    read: (text) => {
      const given = readStackFile(join(fixtureProject, "Pulumi.prod.yaml"));
      const values = { ...given.values, "causeway:domain": text };
      return parseConfig({ ...given, values }, "prod", "Pulumi.prod.yaml");
    },
  },
};

/** Whether a reader takes a text; it fails by nothing but a message for people. */
async function takes({ read }: Reader, text: string): Promise<boolean> {
  try {
    return (await read(text)) !== undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message).toMatch(/: got .*, allowed: /);
    return false;
  }
}

describe.each(Object.entries(readers))("%s", (_, reader) => {
  afterEach(() => jest.restoreAllMocks());

  test("is read", async () => {
    expect(await takes(reader, reader.good)).toBe(true);
  });

  test("with a key twice is refused", async () => {
    expect(await takes(reader, twice(reader.good))).toBe(false);
  });

  test.each([5_000, 100_000])("%i levels deep is refused in words", async (levels) => {
    expect(await takes(reader, deep(levels))).toBe(false);
    const within = reader.good.replace(/"[^"]*"(?=\s*[,}\]])/, () => deep(levels));
    expect(await takes(reader, within)).toBe(false);
  });

  test("that is no JSON is refused in words", async () => {
    expect(await takes(reader, '{"a":')).toBe(false);
  });
});

test.each(["--attestation", "--answer"])("%s says what it takes", async (option) => {
  await expect(async () => readers[`the option ${option}`]?.read("not JSON")).rejects.toThrow(
    new RegExp(`${option}.*\n.*got .*not JSON.*, allowed: JSON`),
  );
});

test.each(["approver", "trusted"])("--%s-keys says what it takes", (name) => {
  const read = name === "approver" ? approverKeysIn : trustedKeysIn;
  expect(() => read('[{"role":"a","role":"b"}]')).toThrow(
    `--${name}-keys has 1 problem:\n  - (whole input): got "the key \\"role\\" twice", allowed: JSON`,
  );
});

test("a request with a key twice, or deep, is the caller's fault", () => {
  const bodies = [
    '{"features":{"income":1,"income":2}}',
    '{"features":{},"features":{}}',
    deep(5_000),
  ];
  for (const body of bodies)
    expect(() => parseBody(Buffer.from(body))).toThrow(
      expect.objectContaining({ constructor: RequestProblem, code: "body.json" }),
    );
});

test("a policy whose statement stands twice allows everything to everybody", () => {
  const allow = (resource: string) => [{ Effect: "Allow", Action: "s3:*", Resource: resource }];
  const text = `{"Statement":${JSON.stringify(allow("*"))},"Statement":${JSON.stringify(allow("arn:aws:s3:::a"))}}`;
  expect(statements(text)).toEqual([
    expect.objectContaining({ allows: true, actions: ["*"], resources: ["*"], principals: ["*"] }),
  ]);
});

describe.each([5_000, 100_000])("a contract %i levels deep", (levels) => {
  test.each([
    ["of lists", `name: ${"[".repeat(levels)}`],
    ["of mappings", `name: ${"{a: ".repeat(levels)}`],
    ["of items", `${"- ".repeat(levels)}1`],
  ])("%s is refused in one line", (__, text) => {
    expect(() => parseYaml(text, "model.yaml")).toThrow(
      /^model\.yaml has 1 problem:\n {2}- \(whole input\): got "(more than 32 collections in each other|\d+ bytes)", allowed: .*$/,
    );
  });
});
