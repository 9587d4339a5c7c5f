import { spawn } from "node:child_process";
import { join } from "node:path";
import { modelsOf } from "../../services/contract/files";
import { readJsonFile } from "../../services/contract/json";
import { parseOrThrow } from "../../services/contract/problems";
import {
  answerSchema,
  lineageLines,
  lineageOf,
  outputsSchema,
  releaseIn,
  type Answer,
} from "../../services/delivery/erasure";
import { loadVerdicts } from "../../services/evidence/load";
import { ensureEnvironment } from "../../services/training/environment";
import { jsonHelp, type CommandLine } from "../command";
import { projectHelp, repository } from "../project";
import type { Terminal } from "../terminal";

/** Which stores are searched for a subject, and by which keys. */
export interface Search {
  /** Folder with `services/models` below it. */
  readonly project: string;
  readonly model: string;
  /** Folders or `s3://bucket/prefix` of data, runs, logs and feedback. */
  readonly at: readonly string[];
  /** File with the ring of keys. @default none, which is enough for a pseudonym alone */
  readonly keys?: string | undefined;
  /** Address of an Elasticsearch, and the authority that its certificate is signed by. */
  readonly logs?: string | undefined;
  readonly logsAuthority?: string | undefined;
}

/**
 * Searches as the first step of the workflow `causeway-erase` does, and changes nothing. The subject
 * goes in by standard input, so that no list of processes shows it. Rejects with the program's own
 * message, with a RangeError where an input cannot be used.
 */
export async function find(subject: string, search: Search): Promise<Answer> {
  const { python, variables } = await ensureEnvironment({ report: (line) => console.error(line) });
  const option = (name: string, value: string | undefined) =>
    value === undefined ? [] : [`--${name}=${value}`];
  const args = [
    ...["-m", "causeway_training.erasing", "find", "--subject-file=-"],
    `--contract=${join(modelsOf(search.project), search.model, "model.yaml")}`,
    ...search.at.map((store) => `--at=${store}`),
    ...option("subject-key", search.keys),
    ...option("logs", search.logs),
    ...option("logs-authority", search.logsAuthority),
  ];
  const child = spawn(python, args, {
    env: { ...process.env, ...variables },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const text = { out: "", error: "" };
  child.stdout.on("data", (data) => (text.out += data));
  child.stderr.on("data", (data) => (text.error += data));
  child.stdin.end(subject);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.on("error", reject).on("close", resolve),
  );
  if (code === 2) throw new RangeError(text.error.trim());
  if (code !== 0) throw new Error(text.error.trim() || `the search ended with ${code}`);
  return parseOrThrow(answerSchema, JSON.parse(text.out), "the answer of the search");
}

interface Given extends Omit<Search, "at"> {
  readonly at: readonly string[];
  readonly outputs?: string | undefined;
}

async function printLineage(subject: string, given: Given, terminal: Terminal): Promise<void> {
  const { model, outputs } = given;
  const models = modelsOf(given.project);
  const answer = await find((subject === "-" ? terminal.input() : subject).trim(), given);
  const live =
    outputs === undefined ? undefined : parseOrThrow(outputsSchema, readJsonFile(outputs), outputs);
  const lineage = lineageOf(answer, releaseIn(models, model), loadVerdicts(models, model), live);
  const { search, logLines } = answer;
  terminal.result({ ...lineage, search, logLines }, [
    ...lineageLines(lineage),
    `${search.found.length} of ${search.files} files name the subject${logLines === null ? "" : `, and ${logLines} log lines`}`,
  ]);
  if (search.closed.length > 0)
    throw new Error(
      `not complete, these cannot be looked into:\n${search.closed.map((one) => `  ${one}`).join("\n")}`,
    );
}

export const verb: CommandLine = {
  details:
    "Lists the files and log lines that name a subject, and the datasets, models and live regions that the data reached. It changes nothing: the workflow causeway-erase erases. LOGS_ACCOUNT and LOGS_PASSWORD sign in to Elasticsearch.",
  examples: [
    "k1.0123456789abcdef0123456789abcdef --model loan-approval --at s3://my-data-bucket/loan-approval",
    "- --model loan-approval --at data --keys ring.txt < subject.txt",
  ],
  define: (command, terminal) =>
    command
      .argument("<subject>", "a pseudonym, or - for a subject on standard input")
      .requiredOption("--model <model>", "a model of services/models")
      .requiredOption("--at <stores...>", "folders or s3://bucket/prefix of data, runs, feedback")
      .option("--keys <file>", "the ring of keys, which an identifier needs")
      .option("--project <folder>", projectHelp, repository)
      .option("--logs <url>", "address of Elasticsearch")
      .option("--logs-authority <file>", "certificate of the authority of Elasticsearch")
      .option("--outputs <file>", "pulumi stack output models --json [default: by the verdicts]")
      .option("--json", jsonHelp)
      .action((subject, given) => printLineage(subject, given, terminal)),
};
