import { spawnSync } from "node:child_process";
import { z } from "zod";
import { parseOrThrow } from "../services/contract/problems";
import { UsageError, VerbError } from "./exit-codes";
import { repository } from "./project";

/** Outputs of a stack; undefined for one that the backend does not have. */
export type Outputs = Readonly<Record<string, unknown>> | undefined;

/** Reads the outputs. Throws VerbError where Pulumi cannot say. */
export function stackOutputs(stack: string): Outputs {
  const { status, stdout, stderr, error } = spawnSync(
    "pulumi",
    ["stack", "output", "--json", "--stack", stack],
    { cwd: repository, env: process.env, encoding: "utf8" },
  );
  if (error !== undefined)
    throw new VerbError(
      `pulumi: ${error.message}; install the Pulumi CLI (https://www.pulumi.com/docs/install/)`,
      1,
    );
  if (status === 0) {
    const found: unknown = JSON.parse(stdout);
    return typeof found === "object" && found !== null ? { ...found } : {};
  }
  if (/no stack named/.test(stderr)) return undefined;
  throw new VerbError(`pulumi stack output: ${stderr.trim()}`, 1);
}

const publishing = z.object({
  repositories: z.record(z.string(), z.string()),
  signingKey: z.string(),
  ledger: z.string(),
});

/** Where images are published, signed and put on record. */
export interface Destination {
  readonly repository: string;
  readonly key?: string | undefined;
  readonly ledger?: string | undefined;
}

/** What a command line says of it: a stack, whose outputs say it, or each by itself. */
export interface GivenDestination extends Partial<Destination> {
  readonly stack?: string | undefined;
}

/**
 * Where an image of the stack goes. What the command line says comes before the stack's outputs.
 * Throws UsageError where neither names a repository.
 */
export function destinationOf(image: string, { stack, ...given }: GivenDestination): Destination {
  const told = stack === undefined ? undefined : publishingOf(stack);
  const repository = given.repository ?? told?.repositories[image];
  if (repository === undefined)
    throw new UsageError(
      told === undefined
        ? "--repository: got nothing, allowed: the URL of a repository, or --stack <name>"
        : `--stack: ${stack} has no repository for ${image}; it has ${Object.keys(told.repositories).join(", ")}`,
    );
  return {
    repository,
    key: given.key ?? told?.signingKey,
    ledger: given.ledger ?? told?.ledger,
  };
}

function publishingOf(stack: string): z.output<typeof publishing> {
  const outputs = stackOutputs(stack);
  if (outputs === undefined)
    throw new UsageError(
      `--stack: got ${stack}, of which the backend knows nothing; allowed: a stack that is up (npx causeway up --stack ${stack})`,
    );
  if (!("repositories" in outputs))
    throw new UsageError(
      `--stack: got ${stack}, allowed: a stack on AWS of the stage foundation or later (npx causeway up --stack ${stack})`,
    );
  return parseOrThrow(publishing, outputs, `the outputs of ${stack}`);
}
