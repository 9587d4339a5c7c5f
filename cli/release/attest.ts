import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "../../services/contract/json";
import { loadContract } from "../../services/contract/load";
import { parseOrThrow } from "../../services/contract/problems";
import { missingApprovals } from "../../services/contract/tiers";
import { recordedApprovals, type RecordedApprovals } from "../../services/delivery/approvals";
import type { OpenLedger } from "../../services/delivery/ledger-location";
import { ledgerAt } from "../ledger";
import type { RoleKey } from "../../services/evidence/approvals";
import { digestOf } from "../../services/contract/digests";
import { type Signer } from "../../services/evidence/attestation";
import { attestationFile } from "../../services/evidence/inspection";
import { loadRelease } from "../../services/evidence/load";
import { releaseSchema, type Release } from "../../services/evidence/release";
import { jsonHelp, keyHelp, ledgerHelp, type CommandLine } from "../command";
import { modelsFolder } from "../project";
import { stackConfig } from "../stack-config";
import type { Terminal } from "../terminal";
import { attest, replace } from "./attestation";
import { actorAt, attestingOf } from "./record";
import { signerAt } from "./signers";

/** What is attested, by whom, and where the approvals are on record. */
export interface Attesting {
  /** Folder of the release. */
  readonly folder: string;
  readonly signers: readonly Signer[];
  readonly ledger: Pick<OpenLedger, "entries" | "record">;
  /** Who attests, as the store of the ledger knows them. */
  readonly actor: string;
  /** Keys of the people who approve, by role. */
  readonly roleKeys: readonly RoleKey[];
}

/**
 * Copies the approvals of a release's image from the ledger into its manifest, signs it again, and
 * puts that on record. The manifest never carries an approval that the ledger does not hold: those
 * that it had are replaced. A failure changes nothing.
 */
export async function attestApproved({
  folder,
  signers,
  ledger,
  actor,
  roleKeys,
}: Attesting): Promise<RecordedApprovals> {
  const names = ["manifest.json", attestationFile] as const;
  const before = names.map((name) => readFileSync(join(folder, name), "utf8"));
  const manifest = join(folder, names[0]);
  const release = parseOrThrow(releaseSchema, readJson(before[0] ?? "", manifest), manifest);
  const found = recordedApprovals(
    await ledger.entries(),
    { model: release.model, image: release.image.digest },
    roleKeys,
  );
  const approved: Release = { ...release, approvals: found.approvals };
  try {
    replace(manifest, `${JSON.stringify(approved, null, 2)}\n`);
    attest(folder, signers);
    await ledger.record(
      attestingOf(approved, actor, {
        attestation: digestOf(readFileSync(join(folder, attestationFile))),
        signers: signers.map(({ keyid }) => keyid),
      }),
    );
    return found;
  } catch (error) {
    names.forEach((name, i) => replace(join(folder, name), before[i] ?? ""));
    throw error;
  }
}

/** What the command line asks for. */
interface Given {
  readonly key: string;
  readonly ledger: string;
  readonly stack?: string | undefined;
}

/** Attests the release of a model in a folder of models. */
export async function attestModel(
  models: string,
  model: string,
  given: Given,
  terminal: Terminal,
): Promise<void> {
  const contract = loadContract(models, model);
  loadRelease(models, model);
  const signer = signerAt(given.key);
  const { approvals, refused } = await attestApproved({
    folder: join(models, model, "release"),
    signers: [signer],
    ledger: await ledgerAt(given.ledger),
    actor: actorAt(given.ledger),
    roleKeys: given.stack === undefined ? [] : stackConfig(given.stack).approverKeys,
  });
  const missing = missingApprovals(contract.riskTier, approvals);
  terminal.result({ model, keyid: signer.keyid, approvals, refused, missing: missing ?? null }, [
    ...refused.map((reason) => `does not count: ${reason}`),
    `approvals: ${approvals.map(({ role, actor }) => `${role} by ${actor}`).join(", ") || "none"}${missing === undefined ? "" : `; still wanted: ${missing}`}`,
    `signed the release of ${model} with ${signer.keyid}; commit services/models/${model}/release/`,
  ]);
}

export const verb: CommandLine = {
  details:
    "Copies the approvals of the release's image from the ledger into its manifest, signs it again, and puts that on record.",
  examples: ["loan-approval --key awskms:///alias/release --ledger s3://my-audit-bucket/ledger"],
  define: (command, terminal) =>
    command
      .argument("<model>", "a model of services/models")
      .requiredOption("--key <key>", keyHelp)
      .requiredOption("--ledger <ledger>", ledgerHelp)
      .option(
        "--stack <stack>",
        "a role that causeway:approverKeys of the stack names counts only with a signature of its keys",
      )
      .option("--json", jsonHelp)
      .action((model, given) => attestModel(modelsFolder, model, given, terminal)),
};
