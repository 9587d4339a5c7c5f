import { z } from "zod";
import { jsonOrNothing } from "../../services/contract/json";
import { sha256 } from "../../services/contract/digests";
import {
  preAuthentication,
  payloadType,
  signatureState,
  type SignatureState,
  type Signer,
} from "../../services/evidence/attestation";
import { base64 } from "../../services/evidence/release";
import type { ArchivedFile } from "./archive";

/** Lists every other file with its digest, in the format that `sha256sum --check` reads. */
export const sumsFile = "SHA256SUMS";
/**
 * Vouches for {@link sumsFile}, and so for all files; there only where the export was given a key.
 */
export const attestationFile = "attestation.json";

const statementType = "https://in-toto.io/Statement/v1";
const predicateType = "https://causeway.dev/attestation/evidence/v1";

/** The text of {@link sumsFile} over files. */
export function sumsOf(files: readonly ArchivedFile[]): ArchivedFile {
  const lines = files
    .map(({ name, bytes }) => `${sha256(bytes)}  ${name}\n`)
    .sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1));
  return { name: sumsFile, bytes: Buffer.from(lines.join("")) };
}

/** What differs between the listing and the files, each named; nothing where all is as listed. */
export function sumProblems(
  sums: ArchivedFile,
  files: readonly ArchivedFile[],
): { readonly name: string; readonly message: string }[] {
  const text = sums.bytes.toString("utf8");
  const lines = text.split("\n").slice(0, -1);
  const listed = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
  const actual = new Map(files.map(({ name, bytes }) => [name, sha256(bytes)]));
  const problems = [
    ...[...actual].flatMap(([name, digest]) =>
      listed.get(name) === digest
        ? []
        : [
            {
              name,
              message: listed.has(name)
                ? `has digest ${digest}, ${sumsFile} says ${listed.get(name)}`
                : `is not listed in ${sumsFile}`,
            },
          ],
    ),
    ...[...listed.keys()]
      .filter((name) => !actual.has(name))
      .map((name) => ({ name, message: `is listed in ${sumsFile} and not there` })),
  ];
  if (problems.length === 0 && text !== sumsOf(files).bytes.toString("utf8"))
    return [{ name: sumsFile, message: "is not written as the export writes it" }];
  return problems;
}

/** A DSSE envelope around an in-toto statement whose subject is {@link sumsFile}. */
export function attestationOf(sums: ArchivedFile, model: string, signer: Signer): ArchivedFile {
  const statement = {
    _type: statementType,
    subject: [{ name: sumsFile, digest: { sha256: sha256(sums.bytes) } }],
    predicateType,
    predicate: { model },
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const envelope = {
    payloadType,
    payload: payload.toString("base64"),
    signatures: [
      { keyid: signer.keyid, sig: signer.sign(preAuthentication(payload)).toString("base64") },
    ],
  };
  return { name: attestationFile, bytes: Buffer.from(`${JSON.stringify(envelope)}\n`) };
}

const envelopeSchema = z.strictObject({
  payloadType: z.literal(payloadType),
  payload: base64,
  signatures: z.array(z.strictObject({ keyid: z.string(), sig: base64 })).min(1),
});
const statementSchema = z.strictObject({
  _type: z.literal(statementType),
  subject: z.tuple([
    z.strictObject({ name: z.literal(sumsFile), digest: z.strictObject({ sha256: z.string() }) }),
  ]),
  predicateType: z.literal(predicateType),
  predicate: z.strictObject({ model: z.string() }),
});

/**
 * How an attestation stands to the listing and to the trusted public keys (PEM). The text says what
 * is wrong with one that is none.
 */
export function attestedBy(
  attestation: ArchivedFile,
  sums: ArchivedFile,
  trusted: readonly string[],
): SignatureState | string {
  const envelope = envelopeSchema.safeParse(jsonOrNothing(attestation.bytes.toString("utf8")));
  if (!envelope.success) return "is no DSSE envelope with a signature";
  const statement = statementSchema.safeParse(
    jsonOrNothing(Buffer.from(envelope.data.payload, "base64").toString("utf8")),
  );
  if (!statement.success) return "is no statement over evidence";
  const [{ digest }] = statement.data.subject;
  if (digest.sha256 !== sha256(sums.bytes)) return `vouches for another ${sumsFile}`;
  return signatureState(envelope.data, trusted);
}
