import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseOrThrow } from "../../services/contract/problems";
import { ensureEnvironment } from "../../services/training/environment";
import { answerSchema, type Answer } from "../../services/delivery/erasure-answer";

/** What the search is over, and by which keys. */
export interface Places {
  /** Folder with the models. */
  readonly modelsFolder: string;
  readonly model: string;
  /** Folders or `s3://bucket/prefix`: lake, runs, logs, feedback. */
  readonly lake: readonly string[];
  /** File with the ring of keys. @default none, which is enough for a pseudonym alone */
  readonly keys: string | undefined;
  /** Address of an Elasticsearch, and the authority that its certificate is signed by. */
  readonly logs?: string | undefined;
  readonly logsAuthority?: string | undefined;
}

/**
 * Runs the search or the erasure. The subject goes in by standard input, so that no list of
 * processes shows it. Rejects with the program's own message, with a RangeError where an input
 * cannot be used; what is left of the subject is in the answer.
 */
export async function erasing(
  command: "find" | "erase" | "search",
  subject: string,
  places: Places,
): Promise<Answer> {
  const { python, variables } = await ensureEnvironment({ report: (line) => console.error(line) });
  const option = (name: string, value: string | undefined) =>
    value === undefined ? [] : [`--${name}`, value];
  const args = [
    "-m",
    "causeway_training.erasing",
    command,
    "--contract",
    join(places.modelsFolder, places.model, "model.yaml"),
    "--subject-file",
    "-",
    ...places.lake.flatMap((place) => ["--at", place]),
    ...option("subject-key", places.keys),
    ...option("logs", places.logs),
    ...option("logs-authority", places.logsAuthority),
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
  if (code !== 0 && code !== 3)
    throw new Error(text.error.trim() || `the search ended with ${code}`);
  return parseOrThrow(answerSchema, JSON.parse(text.out), "the answer of the search");
}
