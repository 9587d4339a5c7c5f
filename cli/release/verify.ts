import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { isExpired } from "../../services/evidence/verification";
import { modelNames } from "../../services/contract/files";
import { loadContract } from "../../services/contract/load";
import type { Approval, Release } from "../../services/evidence/release";
import type { RoleKey } from "../../services/evidence/approvals";
import { inspectRelease, type Check, type Inspection } from "../../services/evidence/inspection";
import { missingApprovals } from "../../services/contract/tiers";
import { durationText } from "../../services/contract/units";
import type { Entry } from "../../services/evidence/ledger";
import { recordedApprovals } from "../../services/delivery/approvals";
import { jsonHelp, ledgerHelp, type CommandLine } from "../command";
import { UsageError } from "../exit-codes";
import { ledgerAt } from "../ledger";
import { modelsFolder } from "../project";
import { publicKeysIn } from "../public-keys";
import { stackConfig } from "../stack-config";
import { digestOf } from "../../services/contract/digests";

/** What a release is verified against. */
export interface VerifyOptions {
  readonly trusted: readonly string[];
  /** Whether a release without signature is taken. */
  readonly unsigned: boolean;
  /** Keys of the people who approve, by role. @default none */
  readonly roleKeys?: readonly RoleKey[] | undefined;
  /** Entries of the ledger that count. @default approvals are not looked up there */
  readonly entries?: readonly Entry[] | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Verifies a release folder and returns a table of everything that was compared, and whether all of
 * it holds.
 */
export function verify(
  folder: string,
  { trusted, unsigned, roleKeys = [], entries, now }: VerifyOptions,
): { readonly lines: string[]; readonly holds: boolean; readonly checks: readonly Check[] } {
  const inspection = inspectRelease(folder, trusted, roleKeys);
  const checks = [
    ...inspection.checks,
    signatureCheck(inspection, unsigned),
    ...contractChecks(folder, inspection, now),
    ...ledgerChecks(inspection, entries, roleKeys),
  ];
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(
    ({ name, found, allowed }) =>
      `${found === allowed ? "ok  " : "FAIL"}  ${name.padEnd(width)}  ${found === allowed ? found : `got ${found}, allowed: ${allowed}`}`,
  );
  const failed = checks.filter(({ found, allowed }) => found !== allowed).length;
  return {
    lines: [
      ...lines,
      failed === 0
        ? `${folder}: all ${checks.length} checks hold`
        : `${folder}: ${failed} of ${checks.length} checks do not hold`,
    ],
    holds: failed === 0,
    checks,
  };
}

function signatureCheck({ signature }: Inspection, unsigned: boolean): Check {
  const name = "signature";
  switch (signature.state) {
    case "trusted":
      return { name, found: `by ${signature.keyid}`, allowed: `by ${signature.keyid}` };
    case "none":
      return {
        name,
        found: "none",
        allowed: unsigned ? "none" : "a signature by a trusted key (--unsigned takes none)",
      };
    case "unchecked":
      return {
        name,
        found: "one, and no key to verify it with",
        allowed: "a signature by a trusted key: give --trusted-key or --stack",
      };
    case "untrusted":
      return {
        name,
        found: `by ${signature.keyids.join(", ")}, or over other bytes`,
        allowed: "a signature by a trusted key",
      };
  }
}

/**
 * Where the contract lies beside the release: that it is the one of the release, and the age that
 * it allows.
 */
function contractChecks(folder: string, { attested }: Inspection, now: number): Check[] {
  const model = resolve(folder, "..");
  const file = join(model, "model.yaml");
  if (attested === undefined || !existsSync(file)) return [];
  const { riskTier, release } = loadContract(resolve(model, ".."), basename(model));
  const { maximumAge } = release;
  const youngEnough = `at most ${durationText(maximumAge)}`;
  const missing = attested.published ? missingApprovals(riskTier, attested.approvals) : undefined;
  return [
    {
      name: "digest of model.yaml",
      found: digestOf(readFileSync(file)),
      allowed: attested.digests.contract,
    },
    {
      name: "age",
      found: isExpired(attested, maximumAge, now) ? `made at ${attested.createdAt}` : youngEnough,
      allowed: youngEnough,
    },
    {
      name: "approvals",
      found: missing ?? approvalsSaid(attested),
      allowed: approvalsSaid(attested),
    },
  ];
}

function approvalsSaid({ published, approvals }: Release): string {
  return published
    ? `those that the tier asks for: ${approvals.map(({ role }) => role).join(", ") || "none"}`
    : "none asked for before publication";
}

/** Each approval of the manifest is one that the ledger holds, word for word. */
function ledgerChecks(
  { attested }: Inspection,
  entries: readonly Entry[] | undefined,
  roleKeys: readonly RoleKey[],
): Check[] {
  if (attested === undefined || entries === undefined) return [];
  const { approvals } = recordedApprovals(
    entries,
    { model: attested.model, image: attested.image.digest },
    roleKeys,
  );
  const said = (approval: Approval | undefined) =>
    approval === undefined ? "no entry that counts" : JSON.stringify(approval);
  return attested.approvals.map((approval) => ({
    name: `approval by role ${approval.role} in the ledger`,
    found: said(approvals.find(({ reference }) => reference === approval.reference)),
    allowed: said(approval),
  }));
}

function releasesSaid(): string {
  return `${modelNames(modelsFolder).join(", ")}, or the folder of a release`;
}

/** Public keys of a file, or those that a stack trusts. */
export function trustedKeys(
  file: string | undefined,
  stack: string | undefined,
): readonly string[] {
  if (file !== undefined) return publicKeysIn(file, "--trusted-key");
  if (stack === undefined) return [];
  return stackConfig(stack).trustedKeys;
}

export const verb: CommandLine = {
  details: `Compares every file of a release with its attestation, the attestation with the manifest, and its signature with the trusted keys: those of the file, or causeway:trustedKeys of the stack.
Approvals: each is of the image, is bound to its role by causeway:approverKeys of the stack, and is an entry of the ledger where --ledger is given. A published release has those that its tier asks for.`,
  examples: ["loan-approval --stack prod", "out/release --unsigned"],
  define: (command, terminal) =>
    command
      .argument("<release>", "a model of services/models, or the folder of a release")
      .option("--trusted-key <file>", "public keys in PEM")
      .option("--stack <stack>", "trust the keys of this stack")
      .option("--ledger <ledger>", ledgerHelp)
      .option("--unsigned", "take a release that nobody signed")
      .option("--json", jsonHelp)
      .action(async (target, { trustedKey, stack, ledger, unsigned = false }) => {
        const own = join(modelsFolder, target, "release");
        const folder = existsSync(own) ? own : target;
        if (!existsSync(folder))
          throw new UsageError(`release: got ${target}, allowed: ${releasesSaid()}`);
        const { lines, holds, checks } = verify(folder, {
          trusted: trustedKeys(trustedKey, stack),
          roleKeys: stack === undefined ? [] : stackConfig(stack).approverKeys,
          entries: ledger === undefined ? undefined : await (await ledgerAt(ledger)).entries(),
          unsigned,
          now: Date.now(),
        });
        terminal.result({ folder, holds, checks }, lines);
        terminal.exitCode = holds ? 0 : 1;
      }),
};
