import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { type SignatureState } from "../../services/evidence/attestation";
import { InputError } from "../../services/contract/problems";
import { inspectionProblems, inspectRelease } from "../../services/evidence/inspection";
import { verifyLines } from "../../services/evidence/ledger/verify";
import { ArchiveError, unpacked, type ArchivedFile } from "./archive";
import { guide } from "./guide";
import { linesOf, places, summaryOf, type Summary } from "./summary";
import { attestationFile, attestedBy, sumProblems, sumsFile } from "./sums";
import { digestOf } from "../../services/contract/digests";

/** What an archive is verified against. */
export interface EvidenceOptions {
  /** Public keys in PEM; with any, the archive must be signed by one of them. */
  readonly trusted: readonly string[];
  /** Digest of the archive as it came another way, `sha256:...`. */
  readonly digest?: string | undefined;
  /** Hash of the ledger's last entry, as somebody noted it. */
  readonly head?: string | undefined;
}

/** One thing that does not match, and the file where. */
export interface Mismatch {
  readonly file: string;
  readonly message: string;
}

/** What a verification found. */
export interface EvidenceVerification {
  readonly mismatches: readonly Mismatch[];
  readonly files: number;
  /** Absent where the archive has none that can be read. */
  readonly summary: Summary | undefined;
  readonly signature: SignatureState["state"];
}

/** Verifies an archive by itself, with no network and nothing of the repository. */
export async function verifyEvidence(
  archive: Buffer,
  options: EvidenceOptions,
): Promise<EvidenceVerification> {
  const whole =
    options.digest === undefined || options.digest === digestOf(archive)
      ? []
      : [
          {
            file: "the archive",
            message: `has digest ${digestOf(archive)}, ${options.digest} was expected`,
          },
        ];
  try {
    const files = await unpacked(archive);
    const found = verifyFiles(files, options);
    return { ...found, mismatches: [...whole, ...found.mismatches], files: files.length };
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    return {
      mismatches: [...whole, { file: "the archive", message: error.message }],
      files: 0,
      summary: undefined,
      signature: "none",
    };
  }
}

function verifyFiles(
  files: readonly ArchivedFile[],
  { trusted, head }: EvidenceOptions,
): Omit<EvidenceVerification, "files"> {
  const sums = files.find(({ name }) => name === sumsFile);
  if (sums === undefined)
    return {
      mismatches: [{ file: sumsFile, message: "is missing" }],
      summary: undefined,
      signature: "none",
    };
  const attestation = files.find(({ name }) => name === attestationFile);
  const content = files.filter((file) => file !== sums && file !== attestation);
  const signature =
    attestation === undefined ? { state: "none" as const } : attestedBy(attestation, sums, trusted);
  const ledger = verifyLines(linesOf(content), head).flaws.map(({ place, message }) => ({
    file: place,
    message,
  }));
  const said = summaryProblems(content);
  return {
    mismatches: [
      ...sumProblems(sums, content).map(({ name, message }) => ({ file: name, message })),
      ...signatureProblems(signature, trusted),
      ...releaseProblems(content, trusted),
      ...ledger,
      ...said.mismatches,
    ],
    summary: said.summary,
    signature: typeof signature === "string" ? "untrusted" : signature.state,
  };
}

function signatureProblems(
  signature: SignatureState | string,
  trusted: readonly string[],
): Mismatch[] {
  const refuse = (message: string) => [{ file: attestationFile, message }];
  if (typeof signature === "string") return refuse(signature);
  if (signature.state === "untrusted")
    return refuse(
      `is signed by ${signature.keyids.join(", ")}, which is not trusted, or over other bytes`,
    );
  return signature.state === "none" && trusted.length > 0
    ? refuse("is missing: nobody signed this archive")
    : [];
}

/** The release folder, compared with its attestation just as the model server does at its start. */
function releaseProblems(files: readonly ArchivedFile[], trusted: readonly string[]): Mismatch[] {
  const folder = mkdtempSync(join(tmpdir(), "causeway-evidence-"));
  try {
    const releases = new Map<string, ArchivedFile[]>();
    for (const file of files) {
      const [, release] = /^(models\/[^/]+\/release)\/[^/]+$/.exec(file.name) ?? [];
      if (release === undefined) continue;
      mkdirSync(dirname(join(folder, file.name)), { recursive: true });
      writeFileSync(join(folder, file.name), file.bytes);
      releases.set(release, [...(releases.get(release) ?? []), file]);
    }
    return [...releases.keys()].flatMap((release) => {
      const inspection = inspectRelease(join(folder, release), trusted);
      const problems = inspectionProblems(inspection).map(({ key, got, allowed }) => ({
        file: release,
        message: `${key}: got ${String(got)}, allowed: ${allowed}`,
      }));
      return [
        ...problems,
        ...(inspection.signature.state === "untrusted"
          ? [
              {
                file: `${release}/attestation.json`,
                message: "is signed by a key that is not trusted, or over other bytes",
              },
            ]
          : []),
      ];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const named = z.object({ model: z.string() });

/** The summary and the guide are what the other files give. */
function summaryProblems(files: readonly ArchivedFile[]): {
  readonly mismatches: readonly Mismatch[];
  readonly summary: Summary | undefined;
} {
  const [said, page] = [places.summary, places.guide].map((name) =>
    files.find((file) => file.name === name)?.bytes.toString("utf8"),
  );
  const rest = files.filter(({ name }) => name !== places.summary && name !== places.guide);
  try {
    const { model } = named.parse(JSON.parse(said ?? ""));
    const summary = summaryOf(model, rest);
    const differ = [
      ...(said === `${JSON.stringify(summary, null, 2)}\n` ? [] : [places.summary]),
      ...(page === guide(summary) ? [] : [places.guide]),
    ];
    return {
      summary,
      mismatches: differ.map((file) => ({
        file,
        message: "does not say what the other files say",
      })),
    };
  } catch (error) {
    if (!(
      error instanceof SyntaxError ||
      error instanceof z.ZodError ||
      error instanceof InputError
    ))
      throw error;
    return {
      summary: undefined,
      mismatches: [
        {
          file: places.summary,
          message: `cannot be compared: ${error instanceof InputError ? error.message : "it is no summary"}`,
        },
      ],
    };
  }
}
