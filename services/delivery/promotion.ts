import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { approvalProblems, type RoleKey } from "../evidence/approvals";
import type { Contract } from "../contract/contract";
import { InputError, type Problem } from "../contract/problems";
import { describeRefusal, publishCommand, type Refusal } from "../evidence/refusals";
import { undecidedFairness, type Release } from "../evidence/release";
import { dutiesOf } from "../contract/tiers";
import { signatureState, statementIn, type Envelope } from "../evidence/attestation";
import type { Fact } from "../evidence/ledger";
import type { ApprovalFound } from "./approvals";
import type { AskedRegion, RegionResult } from "./orders";
import {
  contractChanged,
  imageOf,
  promotedImage,
  releasePatch,
  standingOf,
  type Region,
  type Rollout,
} from "./rollout";

/** A release to promote. */
export interface Promotion {
  readonly contract: Contract;
  readonly release: Release;
  /** What was attested of the release, and by whom. */
  readonly attestation: Envelope;
  /** Public keys (PEM), one of which must have signed the attestation. @default any, or none */
  readonly trustedKeys: readonly string[];
  /** In this order; the first that fails stops the rest. */
  readonly regions: readonly (Region | AskedRegion)[];
  /** Workflow that made the release. */
  readonly run: string;
  /** Attempt to replace its champion that the run is on record as; undefined where it is none. */
  readonly attempt: number | undefined;
  /** Order that the promotion answers. @default none */
  readonly order?: string;
  /** Identity under which the promoter acts. */
  readonly actor: string;
  /** Why the image must not be rolled out, e.g. a verdict; undefined where it may. */
  readonly refusal: (digest: string) => Refusal | undefined;
  /** What is on record of approvals of this image. */
  readonly approval: (digest: string) => ApprovalFound;
  /** Keys of the people who approve, by role: those in the release's manifest are held to them. */
  readonly approverKeys: readonly RoleKey[];
  /** Adds to the audit ledger. */
  readonly record: (fact: Fact) => Promise<unknown>;
  /** Seconds for one region. */
  readonly timeoutSeconds: number;
  /** Seconds between two looks at a Rollout. @default 10 */
  readonly pollSeconds?: number;
  readonly report: (line: string) => void;
}

/**
 * Promotes a release in one region after the other. Each region's Rollout puts it on trial by
 * itself; the next gets it when the trial ended well, and a failure stops the rest. Safe to run
 * again: a region that has the release already is not patched.
 * @returns one result for each region that was tried
 * @throws InputError before anything is touched, where the release must not be promoted
 */
export async function promote(promotion: Promotion): Promise<RegionResult[]> {
  const own = promotion.regions.filter((region) => "read" in region);
  refuse(
    promotion,
    await Promise.all(
      own.map(async (region) => ({ name: region.name, rollout: await region.read() })),
    ),
  );
  const results: RegionResult[] = [];
  for (const region of promotion.regions) {
    const result = "read" in region ? await promoteIn(region, promotion) : await region.ask();
    results.push(result);
    if ("read" in region || result.outcome === "timed-out")
      await promotion.record(factOf(promotion, result));
    promotion.report(
      `${region.name}: ${result.outcome} after ${result.seconds} s${result.message === "" ? "" : ` (${result.message})`}`,
    );
    if (result.outcome !== "promoted") break;
  }
  return results;
}

/** Everything that forbids the promotion, all at once. */
function refuse(
  { contract, release, attestation, trustedKeys, attempt, ...rest }: Promotion,
  regions: readonly { readonly name: string; readonly rollout: Rollout }[],
): void {
  const { digest } = release.image;
  const { refusal, approval, approverKeys } = rest;
  const forbidden = refusal(digest);
  const changed = regions.filter(({ rollout }) => contractChanged(rollout, contract, release));
  const problems: Problem[] = [
    ...(release.model === contract.name
      ? []
      : [{ key: "model", got: release.model, allowed: contract.name }]),
    ...attestedProblems(release, attestation, trustedKeys),
    ...(release.published
      ? []
      : [
          {
            key: "published",
            got: false,
            allowed: `true: publish the image first, ${publishCommand(contract.name)}`,
          },
        ]),
    ...attemptProblems(release, attempt),
    ...missingApproval(contract, release, approval(digest)),
    ...approvalProblems(release, approverKeys).map(({ name, found: got, allowed }) => ({
      key: name,
      got,
      allowed,
    })),
    ...(forbidden === undefined
      ? []
      : [{ key: "image.digest", got: digest, allowed: describeRefusal(forbidden) }]),
    ...changed.map(({ name }) => ({
      key: `regions.${name}`,
      got: "another contract",
      allowed: "a region that serves this contract: bring it by pulumi up first",
    })),
  ];
  if (problems.length > 0) throw new InputError(`release ${release.version}`, problems);
}

/**
 * The level at which a challenger is judged falls with each attempt: a manifest with another number
 * than the ledger's was judged at another level.
 */
function attemptProblems({ comparison }: Release, attempt: number | undefined): Problem[] {
  if (comparison?.attempt === attempt) return [];
  const allowed =
    attempt === undefined
      ? "none: the ledger has no attempt of this run"
      : `${attempt}, which the ledger has for this run`;
  return [{ key: "comparison.attempt", got: comparison?.attempt, allowed }];
}

/**
 * The approval that is asked for and not on record. A person decides also where neither channel nor
 * tier asks for one and the held-out rows do not show that a fairness gate holds.
 */
function missingApproval(
  { name, riskTier, release: { channel } }: Contract,
  release: Release,
  found: ApprovalFound,
): Problem[] {
  const undecided = undecidedFairness(release);
  const gated = channel === "approval" || dutiesOf(riskTier).approvals > 0 || undecided.length > 0;
  if (!gated || !("missing" in found)) return [];
  const { digest } = release.image;
  const about =
    undecided.length === 0 ? "" : `; not shown on the held-out rows: ${undecided.join(", ")}`;
  return [
    {
      key: "approvals",
      got: digest,
      allowed: `an image whose approval is recorded (${found.missing}): npx causeway delivery approve ${name} --digest ${digest}${about}`,
    },
  ];
}

/** A release is promoted as it was attested, and by a signature that the stack trusts. */
function attestedProblems(
  release: Release,
  attestation: Envelope,
  trustedKeys: readonly string[],
): Problem[] {
  const { state } = signatureState(attestation, trustedKeys);
  return [
    ...(isDeepStrictEqual(statementIn(attestation)?.predicate, release)
      ? []
      : [{ key: "attestation", got: "another release", allowed: "the release to promote" }]),
    ...(trustedKeys.length === 0 || state === "trusted"
      ? []
      : [
          {
            key: "attestation",
            got:
              state === "none" ? "no signature" : "a signature by other keys, or over another text",
            allowed: "a signature by a key of causeway:trustedKeys",
          },
        ]),
  ];
}

async function promoteIn(region: Region, promotion: Promotion): Promise<RegionResult> {
  const { contract, release, timeoutSeconds, pollSeconds = 10, report } = promotion;
  const started = Date.now();
  const before = await region.read();
  const image = promotedImage(before, release);
  if (imageOf(before) !== image) {
    report(`${region.name}: ${imageOf(before)} -> ${release.version} (${release.image.digest})`);
    await region.patch(releasePatch(before, contract, release));
  }
  const seconds = () => Math.round((Date.now() - started) / 1_000);
  for (;;) {
    const rollout = await region.read();
    const standing = standingOf(rollout, image);
    const message = rollout.status?.message ?? "";
    if (standing !== "waiting")
      return {
        region: region.name,
        outcome: standing,
        seconds: seconds(),
        message: standing === "promoted" ? "" : message || "another image took its place",
      };
    if (seconds() >= timeoutSeconds)
      return {
        region: region.name,
        outcome: "timed-out",
        seconds: seconds(),
        message: message || rollout.status?.phase || "no word from the controller",
      };
    await sleep(pollSeconds * 1_000);
  }
}

/**
 * A region's end in the words of the ledger. A time-out is recorded as a promotion that did not
 * happen: the trial may still go on.
 */
export function factOf(
  {
    actor,
    contract,
    release,
    run,
    order,
    approval,
  }: Pick<Promotion, "actor" | "contract" | "release" | "run" | "order" | "approval">,
  { region, outcome, seconds, message }: RegionResult,
): Fact {
  const found = approval(release.image.digest);
  return {
    actor,
    action: outcome === "rolled-back" ? "roll-back" : "promote",
    subject: contract.name,
    details: {
      region,
      outcome,
      seconds,
      message,
      version: release.version,
      digest: release.image.digest,
      model: release.digests.model,
      card: release.digests.card,
      approval: "reference" in found ? found.reference : null,
      run,
      ...(order !== undefined && { order }),
    },
  };
}
