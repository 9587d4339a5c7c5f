import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { namespaces } from "../../infra/kubernetes/labels";
import { signedApproval, type RoleKey } from "../../services/evidence/approvals";
import type { Signer } from "../../services/evidence/attestation";
import { loadContract } from "../../services/contract/load";
import { InputError, parseOrThrow } from "../../services/contract/problems";
import { label } from "../../services/contract/units";
import { imageDigestOf, regionOf } from "../../services/delivery/live-rollout";
import { missingAt, waitingOf, type Waiting } from "../../services/delivery/pause";
import { releaseOf } from "./objects";
import type { Entry, Fact } from "../../services/evidence/ledger";
import { jsonHelp, keyHelp, type CommandLine } from "../command";
import { signerAt } from "../release/signers";
import { stackConfig } from "../stack-config";
import {
  contextOption,
  contextsOf,
  inEachRegion,
  ledgerOption,
  modelHelp,
  type DeliveryContext,
} from "./regions";

/** A decision of a person over a release. */
export interface Approval {
  /** Role in which the person decides, such as `model-risk`. */
  readonly role: string;
  readonly reason: string;
  /** Approves this image also where no Rollout runs it yet. @default the image that is on trial */
  readonly digest?: string | undefined;
  /** The person's own key; where the stack has approver keys, nothing else counts. */
  readonly signer?: Signer | undefined;
  /**
   * Keys of the people who approve, by role: before a Rollout goes on, an approval counts only with
   * a signature of a key of its role. @default none
   */
  readonly approverKeys?: readonly RoleKey[] | undefined;
}

/** What became of an approval. */
export interface Approved {
  readonly digest: string;
  readonly region: string;
  /** The pause at which it was given; absent for an image that is not on trial. */
  readonly waiting?: Waiting;
  /**
   * Approvals that the model's risk tier still asks for before it goes on, in words; absent where
   * none is.
   */
  readonly missing?: string;
}

/**
 * Records the approval of a release. The person is who the API server says. Once the approvals that
 * the model's risk tier asks for are on record, the region's resumer takes the release out of its
 * pause; nobody else may.
 * @throws InputError where there is nothing to approve
 */
export async function approve(
  context: DeliveryContext,
  { role, reason, digest, signer, approverKeys = [] }: Approval,
): Promise<Approved> {
  const { cluster, model, modelsFolder } = context;
  parseOrThrow(label, role, "--role");
  if (reason.trim() === "")
    throw new InputError("--reason", [
      { key: "reason", got: reason, allowed: "a reason in words" },
    ]);
  const [rollout, actor] = await Promise.all([cluster.rollout(model), cluster.whoAmI()]);
  const region = regionOf(rollout);
  const fact = (image: string, at: Fact["details"] = {}): Fact => {
    const details = { region, digest: image, ...at, role, reason };
    return {
      actor,
      action: "approve",
      subject: model,
      details: signedBy(signer, model, actor, details),
    };
  };
  if (digest !== undefined && digest !== imageDigestOf(rollout)) {
    await record(context, fact(digest));
    return { digest, region };
  }
  const waiting = waitingOf(rollout);
  if (typeof waiting === "string")
    throw new InputError(`Rollout ${rollout.metadata.name}`, [
      { key: "status", got: waiting, allowed: "a release that waits for a person" },
    ]);
  const { version } = releaseOf(rollout);
  await record(context, fact(waiting.digest, { version, ...waiting }));
  const { riskTier } = loadContract(modelsFolder, model);
  const entries = await recorded(context);
  const missing = missingAt(waiting, { name: model, riskTier }, entries, approverKeys);
  return { digest: waiting.digest, region, waiting, ...(missing !== undefined && { missing }) };
}

/** On record, and where the region's resumer finds it. */
async function record({ ledger, cluster, carries }: DeliveryContext, fact: Fact): Promise<void> {
  const entry = await ledger.record(fact);
  if (carries) await cluster.carryApproval(entry);
}

/** What the region's resumer decides by. */
function recorded({ ledger, cluster, carries, model }: DeliveryContext): Promise<readonly Entry[]> {
  return carries ? cluster.carriedApprovals(model) : ledger.entries();
}

/** How long to wait for the resumer, and how to say that one waits. */
export interface Patience {
  readonly timeoutSeconds: number;
  /** @default 10 */
  readonly pollSeconds?: number;
  readonly report: (line: string) => void;
}

/** How a release stands to a pause at which it was approved. */
export type Standing = "waits" | "resumed" | "aborted";

/** Waits until a release is out of the pause at which it was approved, or the time is over. */
export async function awaitResumed(
  { cluster, model }: Pick<DeliveryContext, "cluster" | "model">,
  waiting: Waiting,
  { timeoutSeconds, pollSeconds = 10, report }: Patience,
): Promise<Standing> {
  const started = Date.now();
  report(`waiting for the resumer of ${waiting.region}, which looks every minute`);
  for (;;) {
    const rollout = await cluster.rollout(model);
    if (rollout.status?.abort === true) return "aborted";
    if (!isDeepStrictEqual(waitingOf(rollout), waiting)) return "resumed";
    const seconds = Math.round((Date.now() - started) / 1_000);
    if (seconds >= timeoutSeconds) return "waits";
    await sleep(pollSeconds * 1_000);
    report(`still paused in ${waiting.region} after ${seconds + pollSeconds} s`);
  }
}

/** Details of an approval, with the time and the signature of who has a key. */
function signedBy(
  signer: Signer | undefined,
  model: string,
  actor: string,
  details: Fact["details"],
): Fact["details"] {
  if (signer === undefined) return details;
  const signed = { ...details, at: new Date().toISOString() };
  return { ...signed, signature: signedApproval({ model, actor, details: signed }, signer) };
}

/** Seconds to wait for the resumer: a few looks, and a node that has to start. */
const defaultTimeout = 300;

export const verb: CommandLine = {
  details:
    "The person is who the API server says. Once the approvals that the model's risk tier asks for are on record, the region's resumer lets the release go on, and the command waits for it. Ends with 3 where the release did not go on, because it was aborted or for want of the resumer within --timeout.",
  examples: [
    'loan-approval --role model-risk --reason "read the model card" --ledger s3://my-audit-bucket/ledger',
  ],
  define: (command, terminal) =>
    command
      .argument("<model>", modelHelp)
      .requiredOption("--role <role>", "role in which you decide, such as model-risk")
      .requiredOption("--reason <text>", "a reason in words")
      .addOption(ledgerOption())
      .option("--digest <digest>", "approve this image (default: the one that is on trial)")
      .option("--key <key>", `your own ${keyHelp}`)
      .option(
        "--stack <stack>",
        "with causeway:approverKeys of the stack only approvals signed by them count",
      )
      .option("--timeout <seconds>", "how long to wait for the resumer", seconds, defaultTimeout)
      .addOption(contextOption())
      .option("--json", jsonHelp)
      .action(async (model, { context, ledger, key, stack, role, reason, digest, timeout }) => {
        const approval: Approval = {
          role,
          reason,
          digest,
          signer: key === undefined ? undefined : signerAt(key),
          approverKeys: stack === undefined ? [] : stackConfig(stack).approverKeys,
        };
        const patience = { timeoutSeconds: timeout, report: terminal.print };
        await inEachRegion(
          { model, contexts: contextsOf(context), ledger },
          async (delivery) => {
            const { waiting, ...approved } = await approve(delivery, approval);
            const standing =
              waiting !== undefined && approved.missing === undefined
                ? await awaitResumed(delivery, waiting, patience)
                : undefined;
            if (standing !== undefined && standing !== "resumed") terminal.exitCode = 3;
            const lines = [approvedLine(role, approved, standing)];
            return { value: { ...approved, resumed: standing === "resumed" }, lines };
          },
          terminal,
        );
      }),
};

function approvedLine(
  role: string,
  { digest, region, missing }: Approved,
  standing: Standing | undefined,
): string {
  const ends = {
    resumed: `the release goes on in ${region}`,
    aborted: `the release was aborted in ${region}`,
    waits: `as far as is known here nothing is missing, but the release still waits for the resumer of ${region}: its Jobs in ${namespaces.training} say why (approver keys count here with --stack alone)`,
  } as const satisfies Record<Standing, string>;
  const waits =
    missing === undefined
      ? `no release of it is paused in ${region}`
      : `the release waits in ${region} for ${missing}`;
  return `approved ${digest} as ${role}; ${standing === undefined ? waits : ends[standing]}`;
}

/** A time of the command line in whole seconds. */
function seconds(text: string): number {
  if (!/^[0-9]+$/.test(text)) throw new InvalidArgumentError("Allowed: a whole number of seconds.");
  return Number(text);
}
