import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { approvalProblems, type RoleKey } from "./approvals";
import {
  envelopeSchema,
  signatureState,
  statementIn,
  statementOf,
  type Envelope,
  type SignatureState,
  type Statement,
} from "./attestation";
import { jsonOrNothing } from "../contract/json";
import type { Problem } from "../contract/problems";
import { modelFormat } from "./model-format";
import type { Release } from "./release";
import { digestOf } from "../contract/digests";

/** Reports of the training steps, over whose listing `digests.evidence` is made. */
const reports = ["audit.json", "compression.json", "evaluation.json", "explanation.json"] as const;
/** Every file of a release but the attestation, which names each by digest. */
export const releaseFiles = [
  "model.onnx",
  "model-card.md",
  "reference.json",
  "explainer.json",
  ...reports,
  "manifest.json",
] as const;
/** The attestation: a DSSE envelope around the statement over the release. */
export const attestationFile = "attestation.json";

/** One thing that was compared. */
export interface Check {
  readonly name: string;
  readonly found: string;
  readonly allowed: string;
}

/** What was found out about a release folder. */
export interface Inspection {
  /** All that was compared, in order; a check holds where found and allowed are the same text. */
  readonly checks: readonly Check[];
  readonly signature: SignatureState;
  /** What the model file is, as {@link modelFormat} says; only `onnx` is served. */
  readonly format: string;
  /** What was attested; absent where there is nothing that can be read. */
  readonly attested: Release | undefined;
}

/**
 * Compares every file of a release folder with its attestation, the attestation with the manifest,
 * its signature with the trusted public keys (PEM), and its approvals with its image and the keys
 * of their roles. A file that no attestation names, and a model of another format than ONNX, are
 * checks that do not hold.
 */
export function inspectRelease(
  folder: string,
  trusted: readonly string[],
  roleKeys: readonly RoleKey[] = [],
): Inspection {
  const format = formatIn(folder);
  const read = attestationIn(join(folder, attestationFile));
  if (typeof read === "string")
    return {
      checks: [
        {
          name: attestationFile,
          found: read,
          allowed: "an in-toto statement over a release in a DSSE envelope",
        },
      ],
      signature: { state: "none" },
      format,
      attested: undefined,
    };
  const { envelope, statement } = read;
  const files = Object.fromEntries(releaseFiles.map((name) => [name, digestIn(folder, name)]));
  const subjects = statementOf(statement.predicate, files).subject;
  const named = new Map(
    statement.subject.map(({ name, digest }) => [name, `sha256:${digest.sha256}`]),
  );
  const checks = [
    ...subjects.map(({ name, digest }) => ({
      name: name in files ? `digest of ${name}` : `image ${name}`,
      found: files[name] ?? `sha256:${digest.sha256}`,
      allowed: named.get(name) ?? "nothing, for the attestation does not name it",
    })),
    ...[...named]
      .filter(([name]) => !subjects.some((one) => one.name === name))
      .map(([name, digest]) => ({
        name: `digest of ${name}`,
        found: "no file of a release",
        allowed: digest,
      })),
    ...manifestChecks(folder, statement.predicate, files),
    ...contentChecks(folder, format),
    ...approvalProblems(statement.predicate, roleKeys),
  ];
  return {
    checks,
    signature: signatureState(envelope, trusted),
    format,
    attested: statement.predicate,
  };
}

/** The checks that do not hold, as problems. */
export function inspectionProblems({ checks }: Pick<Inspection, "checks">): Problem[] {
  return checks
    .filter(({ found, allowed }) => found !== allowed)
    .map(({ name, found, allowed }) => ({
      key: name,
      got: found,
      allowed: allowed.startsWith("sha256:") ? `${allowed}, as was attested` : allowed,
    }));
}

/**
 * Digests of the files of a release folder, by name. Where a file is missing there is a word for
 * it.
 */
export function fileDigests(folder: string): Record<string, string> {
  return Object.fromEntries(releaseFiles.map((name) => [name, digestIn(folder, name)]));
}

/**
 * What every release folder must be before its digests count for anything: a model with all its
 * tensors in itself, and no file that is none of a release, for it would be delivered with the rest.
 */
export function contentChecks(folder: string, format: string = formatIn(folder)): Check[] {
  return [
    { name: "format of model.onnx", found: format, allowed: "onnx" },
    ...(existsSync(folder) ? readdirSync(folder) : [])
      .filter((name) => name !== attestationFile && !releaseFiles.some((file) => file === name))
      .map((name) => ({
        name: `file ${JSON.stringify(name).slice(1, -1)}`,
        found: "in the folder",
        allowed: "nothing, for the attestation does not name it",
      })),
  ];
}

/** The manifest says what was attested, and the digests that it names are those of the files. */
function manifestChecks(
  folder: string,
  attested: Release,
  files: Readonly<Record<string, string>>,
): Check[] {
  const same = isDeepStrictEqual(jsonIn(join(folder, "manifest.json")), attested);
  return [
    {
      name: "content of manifest.json",
      found: same ? "as attested" : "another",
      allowed: "as attested",
    },
    ...ownDigestChecks(attested, files),
  ];
}

/**
 * Whether the files are those that a manifest itself names; before it is signed there is nothing
 * else to go by.
 */
export function ownDigestChecks(
  { digests, explanation }: Release,
  files: Readonly<Record<string, string>>,
): Check[] {
  const of = (name: string, found: string, allowed: string): Check => ({
    name: `${name} in manifest.json`,
    found,
    allowed,
  });
  return [
    of("digest of model.onnx", files["model.onnx"] ?? "", digests.model),
    of("digest of model-card.md", files["model-card.md"] ?? "", digests.card),
    of("digest of reference.json", files["reference.json"] ?? "", digests.reference),
    of("digest of explainer.json", files["explainer.json"] ?? "", explanation.digest),
    of(
      "digest of the reports",
      digestOf(Buffer.from(reports.map((name) => `${files[name]}  ${name}\n`).join(""))),
      digests.evidence,
    ),
  ];
}

/** Reads an attestation; the text says what is wrong with one that is none. */
export function attestationIn(
  file: string,
): { readonly envelope: Envelope; readonly statement: Statement } | string {
  if (!existsSync(file)) return "missing";
  const text = bytesIn(file)?.toString("utf8") ?? "";
  const envelope = envelopeSchema.safeParse(jsonOrNothing(text));
  if (!envelope.success) return "no DSSE envelope";
  // One text for each attestation: the ledger has the digest of the file.
  if (text.replace(/\n$/, "") !== JSON.stringify(envelope.data))
    return "a DSSE envelope in another form than it was written in";
  const statement = statementIn(envelope.data);
  return statement === undefined
    ? "no statement over a release"
    : { envelope: envelope.data, statement };
}

function formatIn(folder: string): string {
  return modelFormat(bytesIn(join(folder, "model.onnx")) ?? new Uint8Array());
}

function digestIn(folder: string, name: string): string {
  const bytes = bytesIn(join(folder, name));
  return bytes === undefined ? "missing" : digestOf(bytes);
}

function bytesIn(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function jsonIn(file: string): unknown {
  return jsonOrNothing(bytesIn(file)?.toString("utf8") ?? "");
}
