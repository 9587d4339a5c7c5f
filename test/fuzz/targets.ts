import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import { parseConfig } from "../../infra/stack/load";
import { attestationIn } from "../../services/evidence/inspection";
import { contractSchema } from "../../services/contract/contract";
import { loadContract } from "../../services/contract/load";
import { loadRelease, loadVerdicts } from "../../services/evidence/load";
import { InputError } from "../../services/contract/problems";
import { nextEntry } from "../../services/evidence/ledger/entry";
import { LedgerError, readLedger, storeAt, verifyLedger } from "../../services/evidence/ledger";
import { predictionHeader } from "../../services/contract/feedback";
import { readFeedback } from "../../services/model-server/feedback/read";
import { readConfig } from "../../services/model-server/config";
import { readNamed } from "../../services/model-server/requests/named";
import { readInference } from "../../services/model-server/requests/inference";
import { documents } from "../../cli/lint/manifests";
import { packConfig } from "../../cli/plan/judgement";
import { readStackFile } from "../../cli/plan/stack-file";
import { fixtureProject } from "../harness/fixtures";
import { stackFile, stacks } from "../support/stacks";
import { verdict } from "../support/verdicts";
import {
  attribute,
  columns,
  contract,
  form,
  ids,
  issued,
  json,
  model,
  named,
  namedTensors,
  request,
  tensor,
  type Target,
} from "./request-seeds";

const yaml = (document: unknown) =>
  document === undefined ? "" : dump(document, { skipInvalid: true });

const jsonFile = (path: string): unknown =>
  JSON.parse(readFileSync(join(fixtureProject, path), "utf8"));

function inputError(error: unknown): string | undefined {
  if (!(error instanceof InputError)) return "is not an InputError";
  if (error.problems.length === 0) return "names no problem";
  const silent = error.problems.find(
    ({ key, allowed }) =>
      typeof key !== "string" ||
      key === "" ||
      allowed === "" ||
      !error.message.includes(`${key}: got `),
  );
  return silent === undefined
    ? undefined
    : `does not say where or what is allowed: ${json(silent)}`;
}

function file(folder: string, path: string, text: string): string {
  const target = join(folder, path);
  mkdirSync(join(target, ".."), { recursive: true });
  writeFileSync(target, text);
  return target;
}

const stackSeeds = stacks.map((stack) => ({
  config: Object.fromEntries(
    Object.entries(readStackFile(stackFile(stack)).values).map(([key, value]) => [
      key,
      structured(value),
    ]),
  ),
}));

function structured(value: string): unknown {
  return /^\s*[[{]/.test(value) ? JSON.parse(value) : value;
}

const entries = ["train", "release", "approve"].reduce<ReturnType<typeof nextEntry>[]>(
  (chain, action, i) => [
    ...chain,
    nextEntry(
      chain.at(-1),
      {
        actor: "pipeline",
        action: action as "train",
        subject: model,
        details: { run: i, nested: { list: [1, "a", null] } },
      },
      new Date(Date.UTC(2026, 10, 24, i)),
    ),
  ],
  [],
);

const envelope = jsonFile(`services/models/${model}/release/attestation.json`) as {
  payload: string;
};
const statement: unknown = JSON.parse(Buffer.from(envelope.payload, "base64").toString("utf8"));

const ledger: Pick<Target, "read" | "complaint"> = {
  read: (text, folder) => {
    const store = storeAt(file(folder, "ledger.jsonl", text));
    const { entries: good, flaws } = verifyLedger(store);
    if (flaws.some(({ place, message }) => place === "" || message === ""))
      throw new Error("a flaw without a place");
    return readLedger(store) === good ? good : good;
  },
  complaint: (error) =>
    error instanceof LedgerError && error.flaws.length > 0
      ? undefined
      : "is not a LedgerError with its flaws",
};

export const targets: readonly Target[] = [
  {
    name: "contract",
    seeds: [contractSchema.encode(contract)],
    write: yaml,
    read: (text, folder) => (
      file(folder, `${model}/model.yaml`, text),
      loadContract(folder, model)
    ),
    complaint: inputError,
  },
  {
    name: "config",
    seeds: stackSeeds,
    write: yaml,
    read: (text, folder) => {
      const path = file(folder, "Pulumi.dev.yaml", text);
      return parseConfig(readStackFile(path), "dev", path);
    },
    complaint: inputError,
  },
  {
    name: "pack-config",
    seeds: stacks.map((stack) => jsonFile(`policies/config/${stack}.json`)),
    write: json,
    read: (text, folder) => packConfig(file(folder, "pack.json", text)),
    complaint: inputError,
  },
  {
    name: "manifest",
    seeds: [jsonFile(`services/models/${model}/release/manifest.json`)],
    write: json,
    read: (text, folder) => (
      file(folder, `${model}/release/manifest.json`, text),
      loadRelease(folder, model)
    ),
    complaint: inputError,
  },
  {
    name: "verdict",
    seeds: [
      verdict(),
      verdict({
        analyses: [
          {
            name: "a",
            phase: "Failed",
            metrics: [
              {
                metric: "errors",
                phase: "Failed",
                value: "[0.1]",
                looks: { successful: 1, failed: 1, inconclusive: 0, error: 0 },
              },
            ],
          },
        ],
        approvals: [
          {
            actor: "a",
            role: "ethics-board",
            reason: "r",
            at: "2026-11-24T10:00:00Z",
            ledger: "b".repeat(64),
          },
        ],
      }),
    ],
    write: json,
    read: (text, folder) => (
      file(folder, `${model}/verdicts/one.json`, text),
      loadVerdicts(folder, model)
    ),
    complaint: inputError,
  },
  {
    name: "attestation",
    seeds: [envelope],
    write: json,
    read: (text, folder) => told(attestationIn(file(folder, "attestation.json", text))),
    complaint: () => "an attestation that is none is said, not thrown",
  },
  {
    name: "statement",
    seeds: [statement],
    write: json,
    read: (text, folder) =>
      told(
        attestationIn(
          file(
            folder,
            "attestation.json",
            json({ ...envelope, payload: Buffer.from(text).toString("base64") }),
          ),
        ),
      ),
    complaint: () => "a statement that is none is said, not thrown",
  },
  {
    name: "ledger",
    seeds: [entries],
    write: (document) => (Array.isArray(document) ? document.map(json).join("\n") : json(document)),
    ...ledger,
  },
  {
    name: "manifests-yaml",
    seeds: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { a: "1" } }],
    write: yaml,
    read: (text) => documents(text),
    complaint: () => "a document that is none is listed, not thrown",
  },
  {
    name: "server-settings",
    seeds: [
      {
        CAUSEWAY_HTTP_PORT: "8080",
        CAUSEWAY_ENVIRONMENT: "local",
        CAUSEWAY_WORKERS: "2",
        CAUSEWAY_DRAIN_SECONDS: "30",
        CAUSEWAY_EXECUTION: "inline",
        CAUSEWAY_REGION: "eu-west-1",
      },
    ],
    write: json,
    read: (text) => readConfig(variables(text)),
    complaint: inputError,
  },
  request("request-predict", named, (body) => readNamed(columns, body)),
  request("request-infer", tensor, (body) => readInference(form, body, undefined)),
  request("request-infer-named", namedTensors, (body) => readInference(form, body, undefined)),
  request(
    "request-feedback",
    {
      predictionId: issued,
      label: contract.target.positiveLabel,
      value: 12.5,
      groups: attribute ? { [attribute.name]: attribute.groups[0]!.name } : {},
    },
    (request) => {
      // The id is in a header, and the rest in the body.
      const { predictionId: id, ...body } = Object(request) as Record<string, unknown>;
      const { predictionId, ...rest } = readFeedback(contract, { [predictionHeader]: id }, body);
      return { ...rest, issued: ids.read(predictionId) };
    },
  ),
];

/** Texts of an environment, as a process gets them; anything else is left to other targets. */
function variables(text: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(text);
    return Object.fromEntries(
      Object.entries(Object(value)).filter(
        (entry): entry is [string, string] =>
          typeof entry[1] === "string" && !entry[1].includes("\0"),
      ),
    );
  } catch {
    return { CAUSEWAY_HTTP_PORT: text };
  }
}

function told(read: ReturnType<typeof attestationIn>): unknown {
  if (read === "") throw new Error("an empty reason");
  return read;
}
