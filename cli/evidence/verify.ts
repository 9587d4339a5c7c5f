import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { type SignatureState } from "../../services/evidence/attestation";
import { isFile } from "../../services/contract/files";
import { parseJson } from "../../services/contract/json";
import { InputError } from "../../services/contract/problems";
import { inspectionProblems, inspectRelease } from "../../services/evidence/inspection";
import type { VerifiedCheckpoint } from "../../services/evidence/checkpoint";
import { verifyLines } from "../../services/evidence/ledger/verify";
import { ArchiveError, unpacked, type ArchivedFile } from "./archive";
import { guide } from "./guide";
import { checkpointOf, linesOf, places, summaryOf, type Summary } from "./summary";
import { attestationFile, attestedBy, sumProblems, sumsFile } from "./sums";
import { digestOf } from "../../services/contract/digests";
import { readFileSync } from "node:fs";
import { jsonHelp, type CommandLine } from "../command";
import { checkpointKeysIn } from "../ledger";
import { trustedKeys } from "../release/verify";

/** What an archive is verified against. */
export interface EvidenceOptions {
  /** Public keys in PEM; with any, the archive must be signed by one of them. */
  readonly trusted: readonly string[];
  /** Public keys in PEM; with any, one of them must have signed the ledger's checkpoint. */
  readonly checkpointKeys?: readonly string[] | undefined;
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
  /** Whether the ledger's checkpoint was verified by a key. */
  readonly checkpoint: VerifiedCheckpoint["signature"] | "none";
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
      checkpoint: "none",
    };
  }
}

function verifyFiles(
  files: readonly ArchivedFile[],
  { trusted, head, checkpointKeys = [] }: EvidenceOptions,
): Omit<EvidenceVerification, "files"> {
  const sums = files.find(({ name }) => name === sumsFile);
  if (sums === undefined)
    return {
      mismatches: [{ file: sumsFile, message: "is missing" }],
      summary: undefined,
      signature: "none",
      checkpoint: "none",
    };
  const attestation = files.find(({ name }) => name === attestationFile);
  const content = files.filter((file) => file !== sums && file !== attestation);
  const signature =
    attestation === undefined ? { state: "none" as const } : attestedBy(attestation, sums, trusted);
  const verdict = checkpointOf(content, checkpointKeys);
  const ledger = [...verifyLines(linesOf(content), head).flaws, ...verdict.flaws].map(
    ({ place, message }) => ({ file: place, message }),
  );
  const said = summaryProblems(content);
  return {
    mismatches: [
      ...sumProblems(sums, content).map(({ name, message }) => ({ file: name, message })),
      ...signatureProblems(signature, trusted),
      ...releaseProblems(content, trusted),
      ...ledger,
      ...(checkpointKeys.length > 0 && verdict.checkpoint === undefined && ledger.length === 0
        ? [{ file: places.checkpoint, message: "is missing: nobody vouches for the ledger's end" }]
        : []),
      ...said.mismatches,
    ],
    summary: said.summary,
    signature: typeof signature === "string" ? "untrusted" : signature.state,
    checkpoint: verdict.checkpoint?.signature ?? "none",
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
      const [, release] = /^(models\/[^/]+\/release)\/.+$/.exec(file.name) ?? [];
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
    const { model } = named.parse(parseJson(said ?? ""));
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

const checkpointWords = {
  trusted: "with a good signature",
  unchecked: "signature not verified: give --checkpoint-key",
  none: "",
} as const;

const signatureWords = {
  trusted: "signed by a trusted key",
  unchecked: "signed; give --trusted-key or --stack to verify by whom",
  none: "not signed: compare its digest with one that came another way",
  untrusted: "",
} as const;

function linesFor(file: string, found: EvidenceVerification): string[] {
  const { mismatches, files, summary, signature, checkpoint } = found;
  if (mismatches.length > 0)
    return [
      `${file} does not verify:`,
      ...mismatches.map((mismatch) => `  ${mismatch.file} ${mismatch.message}`),
    ];
  const counts = summary && [
    `${summary.ledger.entries} ledger entries, the last ${summary.ledger.head ?? "none"}`,
    summary.ledger.checkpoint === null
      ? "no checkpoint of the ledger"
      : `checkpoint of entry ${summary.ledger.checkpoint}, ${checkpointWords[checkpoint]}`,
    `gates held ${summary.gates.held}, failed ${summary.gates.failed.length}`,
    `${summary.approvals.length} approvals`,
    `${summary.verdicts.length} verdicts`,
  ];
  return [
    `${file}: ${files} files hold; ${signatureWords[signature]}`,
    ...(summary ? [`${summary.model} ${summary.version}; ${counts?.join("; ")}`] : []),
    ...(summary?.findings ?? []).map((finding) => `  finding: ${finding}`),
  ];
}

export const verb: CommandLine = {
  examples: [
    "out/evidence-loan-approval-1.0.0.tar.gz --stack prod",
    "evidence.tar.gz --trusted-key keys.pem --json",
  ],
  define: (command, terminal) =>
    command
      .argument("<archive>", "a file that `npx causeway evidence export` wrote")
      .option("--trusted-key <file>", "public keys in PEM; one of them must have signed it")
      .option("--stack <stack>", "trust the keys of this stack")
      .option("--digest <digest>", "digest of the archive, as it came another way")
      .option(
        "--checkpoint-key <file>",
        "public keys in PEM; one of them must have signed the ledger's checkpoint",
      )
      .option("--head <hash>", "hash of the ledger's last entry, as it came another way")
      .option("--json", jsonHelp)
      .action(async (file, { trustedKey, stack, digest, head, checkpointKey }) => {
        if (!isFile(file))
          throw new InputError("archive", [
            {
              key: file,
              got: undefined,
              allowed: "a file that npx causeway evidence export wrote",
            },
          ]);
        const found = await verifyEvidence(readFileSync(file), {
          trusted: trustedKeys(trustedKey, stack),
          digest,
          head,
          checkpointKeys: checkpointKey === undefined ? [] : await checkpointKeysIn(checkpointKey),
        });
        terminal.result({ archive: file, ...found }, linesFor(file, found));
        terminal.exitCode = found.mismatches.length > 0 ? 1 : 0;
      }),
};
