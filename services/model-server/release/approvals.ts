import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { approvalProblems } from "../../evidence/approvals";
import { signatureState, type Envelope, type Statement } from "../../evidence/attestation";
import type { Contract } from "../../contract/contract";
import type { Problem } from "../../contract/problems";
import { packagedPart, servedRelease, type ServedRelease } from "../../evidence/release";
import { attestationIn } from "../../evidence/inspection";
import { dutiesOf, missingApprovals } from "../../contract/tiers";

/** What the attestation of the published release says of its approvals. */
export interface ApprovalStanding {
  /** In words, for the line that says that the server is ready. */
  readonly said: string;
  /** Why a release that is attested so must not be served. */
  readonly problems: readonly Problem[];
}

/**
 * Judges the approvals of the release that is served, by the attestation that the cluster shows
 * beside the pod: no image can hold one, for an approval names the image. What is there must be
 * signed, of this very release and image, and sound. That approvals are missing refuses nothing: a
 * release on trial has none yet, and the gate before full traffic is what waits for them. An
 * attestation of another release is not this pod's: a version that is going sees that of the one
 * that comes.
 */
export function approvalStanding(
  file: string | undefined,
  release: ServedRelease,
  { riskTier }: Pick<Contract, "riskTier">,
  trusted: readonly string[],
): ApprovalStanding {
  const wanted = dutiesOf(riskTier).approvals > 0;
  if (file === undefined || !existsSync(file))
    return {
      said: wanted
        ? "not known: the release came without its published attestation"
        : "none asked for",
      problems: [],
    };
  const read = attestationIn(file);
  if (typeof read === "string")
    return refused({
      key: "published attestation",
      got: read,
      allowed: "an in-toto statement over a release in a DSSE envelope",
    });
  const attested = read.statement.predicate;
  if (
    attested.digests.model !== release.digests.model ||
    attested.version !== release.version ||
    attested.image.digest !== release.image.digest
  )
    return {
      said: `not known: what is attested is ${attested.model} ${attested.version}`,
      problems: [],
    };
  return {
    said:
      missingApprovals(riskTier, attested.approvals) ??
      (wanted ? "those that the tier asks for" : "none asked for"),
    problems: attestationProblems(read, release, trusted),
  };
}

/** What is wrong with the attestation of the release that is served. */
function attestationProblems(
  { envelope, statement }: { readonly envelope: Envelope; readonly statement: Statement },
  release: ServedRelease,
  trusted: readonly string[],
): readonly Problem[] {
  const attested = statement.predicate;
  const signature = signatureState(envelope, trusted);
  return [
    ...(trusted.length === 0 || signature.state === "trusted"
      ? []
      : [
          {
            key: "signature of the published attestation",
            got: signature.state,
            allowed: "a signature by one of the trusted keys",
          },
        ]),
    ...(isDeepStrictEqual(packagedPart(servedRelease(attested)), packagedPart(release))
      ? []
      : [
          {
            key: "published attestation",
            got: "another release",
            allowed: "the release that is served",
          },
        ]),
    ...approvalProblems(attested, []).map(({ name, found, allowed }) => ({
      key: name,
      got: found,
      allowed,
    })),
  ];
}

function refused(problem: Problem): ApprovalStanding {
  return { said: "", problems: [problem] };
}
