import { join } from "node:path/posix";
import { z } from "zod";
import { biasAuditFile } from "../../services/evidence/bias-audit";
import { verifyCheckpoint, type CheckpointVerdict } from "../../services/evidence/checkpoint";
import { dutiesOf, type Duties } from "../../services/contract/tiers";
import { verdictSchema } from "../../services/evidence/verdict";
import { decodeText } from "../../services/contract/files";
import { jsonOrNothing } from "../../services/contract/json";
import { parseOrThrow } from "../../services/contract/problems";
import { parseYaml } from "../../services/contract/yaml";
import { releaseSchema, undecidedFairness, type Release } from "../../services/evidence/release";
import type { Entry } from "../../services/evidence/ledger";
import { verifyLines } from "../../services/evidence/ledger/verify";
import type { ArchivedFile } from "./archive";
import { digestOf } from "../../services/contract/digests";

/** Names of what an archive holds. */
export const places = {
  summary: "evidence.json",
  ledger: "ledger.jsonl",
  checkpoint: "checkpoint.json",
  approvals: "approvals.json",
  guide: "README.md",
  coverage: "policies/coverage.json",
  stacks: "stacks",
  models: "models",
  bills: "bills",
  documents: "documents",
} as const;

const judgementSchema = z.object({
  stack: z.string(),
  verdict: z.string(),
  counts: z.object({ rules: z.number(), mandatory: z.number(), advisory: z.number() }),
});

/** An approval of the image that counts, short. */
interface Approval {
  readonly role: string;
  readonly at: string;
  readonly by: string;
  /** Hash of the entry. */
  readonly reference: string;
  /** Whether the attestation of the release carries it. */
  readonly attested: boolean;
}

/** What an archive says of a model; everything in it follows from the other files. */
export interface Summary {
  readonly model: string;
  readonly version: string;
  readonly published: boolean;
  readonly digests: Readonly<Record<string, string>>;
  readonly image: string;
  readonly gates: { readonly held: number; readonly failed: readonly string[] };
  readonly fairness: readonly {
    readonly attribute: string;
    readonly metric: string;
    readonly value: number | null;
    readonly outcome: string;
  }[];
  readonly approvals: readonly Approval[];
  readonly verdicts: readonly {
    readonly version: string;
    readonly region: string;
    readonly outcome: string;
    readonly finishedAt: string;
  }[];
  readonly ledger: {
    readonly entries: number;
    readonly head: string | null;
    /** Number of the entry that the ledger's newest checkpoint covers; null without one. */
    readonly checkpoint: number | null;
    readonly ofModel: Readonly<Record<string, number>>;
  };
  readonly stacks: readonly {
    readonly stack: string;
    readonly verdict: string;
    readonly mandatory: number;
    readonly advisory: number;
  }[];
  /**
   * What an auditor should not have to find out alone: plain sentences, none where nothing is
   * missing.
   */
  readonly findings: readonly string[];
}

/**
 * Summarizes the files of an archive. Throws InputError where a file that it needs is not there or
 * is none of its kind.
 */
export function summaryOf(model: string, unordered: readonly ArchivedFile[]): Summary {
  const files = [...unordered].sort((a, b) => (a.name < b.name ? -1 : 1));
  const folder = join(places.models, model);
  const release = parseOrThrow(
    releaseSchema,
    jsonOf(files, `${folder}/release/manifest.json`),
    "release/manifest.json",
  );
  const entries = ledgerIn(files);
  const own = entries.filter(({ subject }) => subject === model);
  const { version, published, digests, image } = release;
  const summary = {
    model,
    version,
    published,
    digests,
    image: `${image.repository}@${image.digest}`,
    gates: {
      held: release.gates.filter(({ passed }) => passed).length,
      failed: release.gates
        .filter(({ passed, outcome }) => !passed && outcome !== "not shown")
        .map(({ gate }) => gate),
    },
    fairness: release.fairness.map(({ attribute, metric, value, outcome }) => ({
      attribute,
      metric,
      value,
      outcome,
    })),
    approvals: approvalsOf(release, own, countingIn(files)),
    verdicts: verdictsIn(files, folder),
    ledger: {
      entries: entries.length,
      head: entries.at(-1)?.hash ?? null,
      checkpoint: checkpointOf(files, []).checkpoint?.entries ?? null,
      ofModel: counted(own.map(({ action }) => action)),
    },
    stacks: stacksIn(files),
  };
  return { ...summary, findings: findingsOf(summary, release, own, files) };
}

/** What each region found of each version. */
function verdictsIn(files: readonly ArchivedFile[], folder: string): Summary["verdicts"] {
  return files
    .filter(({ name }) => name.startsWith(`${folder}/verdicts/`))
    .map(({ name }) => parseOrThrow(verdictSchema, jsonOf(files, name), name))
    .map(({ version, region, outcome, finishedAt }) => ({ version, region, outcome, finishedAt }));
}

/** How the rules judge each stack. */
function stacksIn(files: readonly ArchivedFile[]): Summary["stacks"] {
  return files
    .filter(({ name }) => /^stacks\/[^/]+\/judgement\.json$/.test(name))
    .map(({ name }) => parseOrThrow(judgementSchema, jsonOf(files, name), name))
    .map(({ stack, verdict, counts: { mandatory, advisory } }) => ({
      stack,
      verdict,
      mandatory,
      advisory,
    }));
}

function approvalsOf(
  { approvals, image }: Pick<Release, "approvals" | "image">,
  entries: readonly Entry[],
  counting: readonly string[],
): Approval[] {
  const recorded = entries.filter(
    ({ action, details, hash }) =>
      action === "approve" && details["digest"] === image.digest && counting.includes(hash),
  );
  return recorded.map(({ actor, time, details, hash }) => ({
    role: String(details["role"]),
    at: time,
    by: actor,
    reference: hash,
    attested: approvals.some(({ reference }) => reference === hash),
  }));
}

/**
 * What is wrong with approvals: on record without a witness, on record and not attested, attested
 * and not on record.
 */
function approvalFindings(
  { approvals, image }: Pick<Release, "approvals" | "image">,
  entries: readonly Entry[],
  counting: readonly string[],
  duties: Duties,
): string[] {
  const recorded = approvalsOf({ approvals, image }, entries, counting);
  const without = entries.filter(
    ({ action, details, hash }) =>
      action === "approve" && details["digest"] === image.digest && !counting.includes(hash),
  );
  return [
    ...(recorded.length > 0 || duties.approvals === 0 ? [] : ["nobody approved the release"]),
    ...without.map(
      ({ sequence, actor }) =>
        `the approval of entry ${sequence} by ${actor} has no witness, and does not count`,
    ),
    ...recorded
      .filter(({ attested }) => !attested)
      .map(
        ({ role, by }) =>
          `the attestation does not carry the approval by ${by} as ${role}: npx causeway release attest`,
      ),
    ...approvals
      .filter(({ reference }) => !recorded.some((one) => one.reference === reference))
      .map(
        ({ role, actor }) =>
          `the attestation carries an approval by ${actor} as ${role} that the ledger does not hold`,
      ),
  ];
}

function findingsOf(
  { model, published, digests, gates, stacks }: Omit<Summary, "findings">,
  release: Release,
  entries: readonly Entry[],
  files: readonly ArchivedFile[],
): string[] {
  // Compression may replace the model that was trained: the evaluation names both.
  const trained = entries.find(
    ({ action, details }) => action === "evaluate" && details["model"] === digests["model"],
  )?.details["trained"];
  const recorded = (action: string) =>
    entries.some(
      (entry) =>
        entry.action === action &&
        entry.details["model"] ===
          (action === "train" ? (trained ?? digests["model"]) : digests["model"]),
    );
  const bills = ["server", "training"].filter(
    (name) => !files.some((file) => file.name === `${places.bills}/${name}.cdx.json`),
  );
  const contract = bytesOf(files, join(places.models, model, "model.yaml"));
  const duties = dutiesIn(contract);
  const attestation = z
    .object({ signatures: z.array(z.unknown()) })
    .safeParse(jsonOf(files, join(places.models, model, "release", "attestation.json")));
  return [
    ...(published ? [] : ["the release is not published: no registry holds its image"]),
    ...(attestation.data?.signatures.length ? [] : ["nobody signed the release"]),
    ...approvalFindings(release, entries, countingIn(files), duties),
    ...(duties.biasAuditDays === 0 ||
    bytesOf(files, join(places.models, model, biasAuditFile)) !== undefined
      ? []
      : ["no external party audited the model for bias"]),
    ...gates.failed.map((gate) => `gate ${gate} did not hold`),
    ...undecidedFairness(release).map((result) => `the held-out rows do not show ${result}`),
    ...(contract !== undefined && digestOf(contract) === digests["contract"]
      ? []
      : ["the contract was changed after the release was made"]),
    ...(["train", "evaluate", "release"] as const)
      .filter((action) => !recorded(action))
      .map((action) => `the ledger has no entry of ${action} for this model's digest`),
    ...bills.map(
      (name) =>
        `the bill of materials of the ${name} image is not the one of the release, and left out`,
    ),
    ...stacks
      .filter(({ mandatory }) => mandatory > 0)
      .map(({ stack, mandatory }) => `stack ${stack} breaks mandatory rules ${mandatory} times`),
  ];
}

/** What the tier of a contract asks for; everything where the archive has none that can be read. */
function dutiesIn(contract: Buffer | undefined): Duties {
  const read = z
    .object({ riskTier: z.string() })
    .safeParse(
      contract === undefined
        ? undefined
        : parseYaml(decodeText(contract, "model.yaml"), "model.yaml"),
    );
  return dutiesOf(read.data?.riskTier);
}

/** The entries of the archive's ledger, up to its first flaw. */
function ledgerIn(files: readonly ArchivedFile[]): readonly Entry[] {
  return verifyLines(linesOf(files)).entries;
}

/** What the archive's checkpoint says of its ledger; nothing where it has none. */
export function checkpointOf(
  files: readonly ArchivedFile[],
  keys: readonly string[],
): CheckpointVerdict {
  const bytes = bytesOf(files, places.checkpoint);
  if (bytes === undefined) return { flaws: [] };
  const stored = { place: places.checkpoint, text: bytes.toString("utf8") };
  return verifyCheckpoint(stored, { entries: ledgerIn(files), keys });
}

/** Hashes of the approvals that count. */
function countingIn(files: readonly ArchivedFile[]): readonly string[] {
  return parseOrThrow(z.array(z.string()), jsonOf(files, places.approvals), places.approvals);
}

/** The lines of the archive's ledger. */
export function linesOf(
  files: readonly ArchivedFile[],
): { readonly place: string; readonly text: string }[] {
  const text = bytesOf(files, places.ledger)?.toString("utf8") ?? "";
  return text
    .split("\n")
    .slice(0, -1)
    .map((line, i) => ({ place: `${places.ledger} line ${i + 1}`, text: line }));
}

function counted(actions: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    [...new Set(actions)]
      .sort()
      .map((action) => [action, actions.filter((one) => one === action).length]),
  );
}

function bytesOf(files: readonly ArchivedFile[], name: string): Buffer | undefined {
  return files.find((file) => file.name === name)?.bytes;
}

function jsonOf(files: readonly ArchivedFile[], name: string): unknown {
  return jsonOrNothing(bytesOf(files, name)?.toString("utf8") ?? "");
}
