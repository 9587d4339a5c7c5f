import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { modelsFolder } from "../../infra/stack/models";
import { loadVerdicts } from "../../services/evidence/load";
import { keysFrom, pseudonym } from "../../services/model-server/identity/keys";
import { codeOfInput, commandLine, runCommand, unusable } from "../command-line";
import { openLedger } from "../../services/delivery/ledger-location";
import type { Answer } from "../../services/delivery/erasure-answer";
import { erasureFact, isComplete } from "../../services/delivery/erasure-entry";
import { erasing } from "./erasing";
import { lineageLines, lineageOf, releaseIn } from "../../services/delivery/lineage-of";

const usage = `usage: npm run erase -- <pseudonym, or - for a subject on standard input> --model <name> --lake <folder or s3://...>... --reason "..." --ledger <where> --actor <who>
  [--keys <ring of keys>] [--logs <address of Elasticsearch> --logs-authority <certificate>] [--context <kubeconfig context>] [--dry-run]

Erases one subject from every file of the places, searches them all, and puts it on record. --keys finds every name of the subject; it is
needed for an identifier. LOGS_ACCOUNT and LOGS_PASSWORD sign in to Elasticsearch. --context starts the retraining that the contract asks for.
Exit codes: 0 nothing is left, 1 failed, 2 an input that cannot be used, 3 something is left or could not be looked into.`;

/** What the command does outside of the places: replaced in tests. */
export interface Surroundings {
  readonly models: string;
  readonly print: (line: string) => void;
  /** Creates an object in a cluster. */
  readonly create: (context: string, manifest: string) => void;
}

const real: Surroundings = {
  models: modelsFolder,
  print: (line) => console.log(line),
  create: (context, manifest) =>
    void execFileSync("kubectl", ["--context", context, "create", "-f", "-"], {
      input: manifest,
      stdio: ["pipe", "ignore", "inherit"],
    }),
};

/**
 * Runs the command and returns its exit code. Throws CommandLineEnd for arguments that it cannot
 * use.
 */
export async function erase(
  argv: readonly string[],
  input: () => string = () => readFileSync(0, "utf8"),
  around: Surroundings = real,
): Promise<0 | 3> {
  const given = read(argv);
  const subject = (given.subject === "-" ? input() : given.subject).trim();
  const places = { ...given, modelsFolder: around.models };
  const found = await erasing("find", subject, places);
  const lineage = lineageOf(
    found,
    releaseIn(around.models, given.model),
    loadVerdicts(around.models, given.model),
  );
  for (const line of lineageLines(lineage)) around.print(line);
  around.print(
    `${found.search.found.length} of ${found.search.files} files name the subject${found.logLines === null ? "" : `, and ${found.logLines} log lines`}`,
  );
  if (given.dryRun) return 0;
  // Opened first: an erasure that nobody could put on record does not begin.
  const ledger = await openLedger(given.ledger);
  await ledger.chain();
  const answer = { ...(await erasing("erase", subject, places)), runs: found.runs };
  const { fact, receipt } = erasureFact({
    answer,
    lineage,
    subject: given.keys === undefined ? subject : nameOf(subject, given.keys, given.model),
    reason: given.reason,
    actor: given.actor,
  });
  const { sequence } = await ledger.record(fact);
  for (const line of outcomeLines(answer)) around.print(line);
  around.print(
    `ledger: entry ${sequence}, subject ${String(fact.details["subject"])}; receipt for the subject, kept by nobody here: ${receipt}`,
  );
  if (answer.retrain) retrain(given, around);
  return isComplete(answer) ? 0 : 3;
}

function read(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const options = {
    model: text,
    lake: { type: "string", multiple: true },
    reason: text,
    ledger: text,
    actor: text,
    keys: text,
    logs: text,
    "logs-authority": text,
    context: text,
    "dry-run": { type: "boolean" },
  } as const;
  const { values, positionals } = commandLine(argv, { usage, operands: 1, options });
  const [subject] = positionals;
  const { model, lake, reason, ledger, actor } = values;
  if (subject === undefined)
    throw unusable(
      "subject: got nothing, allowed: a pseudonym, or - for a subject on standard input",
      usage,
    );
  if (
    model === undefined ||
    lake === undefined ||
    reason === undefined ||
    ledger === undefined ||
    actor === undefined
  ) {
    const missing = Object.entries({ model, lake, reason, ledger, actor }).flatMap(
      ([name, value]) => (value === undefined ? [`--${name}`] : []),
    );
    throw unusable(`${missing.join(", ")}: got nothing, allowed: a value`, usage);
  }
  if (reason.length < 10)
    throw unusable(
      `--reason: got ${JSON.stringify(reason)}, allowed: a reason in words, 10 characters or more, without the subject's name`,
      usage,
    );
  return {
    subject,
    model,
    lake,
    reason,
    ledger,
    actor,
    keys: values.keys,
    logs: values.logs,
    logsAuthority: values["logs-authority"],
    context: values.context,
    dryRun: values["dry-run"] === true,
  };
}

/**
 * The name that the seal is over: always a pseudonym, so that whoever has only that can check a
 * receipt.
 */
function nameOf(subject: string, keys: string, model: string): string {
  return /^k\d+\.[0-9a-f]{32}$/.test(subject)
    ? subject
    : pseudonym(keysFrom(readFileSync(keys), model), subject);
}

/** What was done and what is left, for a person. */
export function outcomeLines({ erased, search, logLines, logLinesLeft }: Answer): string[] {
  const left = [
    ...(erased?.left ?? []),
    ...search.found.map((one) => `${one}: names the subject`),
    ...search.closed,
    ...(logLinesLeft ? [`${logLinesLeft} log lines`] : []),
  ];
  const done = `erased ${erased?.rows ?? 0} rows in ${erased?.files ?? 0} files, ${erased?.versions ?? 0} old versions${logLines === null ? "" : `, ${logLines} log lines`}`;
  return [
    done,
    `searched ${search.files} files, ${search.bytes} bytes: ${left.length === 0 ? "nothing of the subject is left" : "NOT COMPLETE"}`,
    ...left.map((one) => `  ${one}`),
  ];
}

function retrain(
  { model, context }: { readonly model: string; readonly context: string | undefined },
  { print, create }: Surroundings,
): void {
  if (context === undefined)
    return print(
      `the contract asks for a retraining: argo submit -n causeway-training --from workflowtemplate/${model}-retraining -p trigger=erasure`,
    );
  const parameters = [
    { name: "trigger", value: "erasure" },
    { name: "causes", value: "[]" },
  ];
  const metadata = { generateName: `${model}-erasure-`, namespace: "causeway-training" };
  create(
    context,
    JSON.stringify({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata,
      spec: { workflowTemplateRef: { name: `${model}-retraining` }, arguments: { parameters } },
    }),
  );
  print(`a retraining of ${model} was started in ${context}`);
}

if (require.main === module) {
  void runCommand((argv) => erase(argv), codeOfInput);
}
