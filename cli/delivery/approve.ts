import { signedApproval, unbound, type RoleKey } from "../../services/evidence/approvals";
import type { Signer } from "../../services/evidence/attestation";
import { loadContract } from "../../services/contract/load";
import { InputError, parseOrThrow } from "../../services/contract/problems";
import { signatureSchema } from "../../services/evidence/release";
import { missingApprovals } from "../../services/contract/tiers";
import { label } from "../../services/contract/units";
import { retryingConflicts } from "./cluster";
import { gatePause } from "../../services/delivery/approvals";
import {
  imageDigestOf,
  observed,
  regionOf,
  releaseOf,
  type Rollout,
  type RolloutStatus,
} from "./objects";
import type { Entry, Fact } from "../../services/evidence/ledger";
import { approvalsOf, roleOf } from "./verdict-of";
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
  /** Whether a paused Rollout went on. */
  readonly resumed: boolean;
  /**
   * Approvals that the model's risk tier still asks for before it goes on, in words; absent where
   * none is.
   */
  readonly missing?: string;
}

/**
 * Records the approval of a release and resumes its Rollout, as `kubectl argo rollouts promote`
 * does, once the approvals that the model's risk tier asks for are on record. The person is who the
 * API server says; the record is written first, so that no release goes on without one.
 * @throws InputError where there is nothing to approve
 */
export async function approve(
  context: DeliveryContext,
  { role, reason, digest, signer, approverKeys = [] }: Approval,
): Promise<Approved> {
  const { cluster, model, ledger } = context;
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
    await ledger.record(fact(digest));
    return { digest, region, resumed: false };
  }
  const { status, pausedFor } = paused(rollout);
  const approved = imageDigestOf(rollout);
  await ledger.record(
    fact(approved, {
      version: releaseOf(rollout).version,
      podTemplateHash: status.currentPodHash,
      step: status.currentStepIndex ?? 0,
      pausedFor,
    }),
  );
  const missing = await stillMissing(context, {
    region,
    digest: approved,
    status,
    pausedFor,
    approverKeys,
  });
  if (missing !== undefined) return { digest: approved, region, resumed: false, missing };
  await retryingConflicts(() => resume(cluster, model, status.currentPodHash));
  return { digest: approved, region, resumed: true };
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

/** A release that waits for a person. */
interface Waiting {
  readonly region: string;
  readonly digest: string;
  readonly status: RolloutStatus;
  readonly pausedFor: string;
  readonly approverKeys: readonly RoleKey[];
}

/**
 * What the tier asks for beyond what is on record. At the gate count the approvals given there and
 * those of the image before its trial; one given at another step answered another question. An
 * inconclusive analysis asks one person whether to go on.
 */
async function stillMissing(
  { model, modelsFolder, ledger }: DeliveryContext,
  { region, digest, status, pausedFor, approverKeys }: Waiting,
): Promise<string | undefined> {
  if (pausedFor !== gatePause) return undefined;
  const step = status.currentStepIndex ?? 0;
  const bound = ({ actor, time: at, details: { signature, ...details } }: Entry) =>
    unbound(
      { model, image: digest, role: roleOf(details), actor, at, details },
      signatureSchema.safeParse(signature).data,
      approverKeys,
    ) === undefined;
  const entries = (await ledger.entries()).filter(
    (entry) => (entry.details["step"] ?? step) === step && bound(entry),
  );
  return missingApprovals(
    loadContract(modelsFolder, model).riskTier,
    approvalsOf(entries, { model, region, digest, podTemplateHash: status.currentPodHash }),
  );
}

/** The reason for which a Rollout waits for a person. Throws where it does not. */
function paused(rollout: Rollout): { readonly status: RolloutStatus; readonly pausedFor: string } {
  const status = observed(rollout);
  const [pause] = status?.pauseConditions ?? [];
  const nothing = (got: string) =>
    new InputError(`Rollout ${rollout.metadata.name}`, [
      { key: "status", got, allowed: "a release that waits for a person" },
    ]);
  if (status === undefined || pause === undefined)
    throw nothing(
      [rollout.status?.phase, rollout.status?.message]
        .filter((text) => text !== undefined && text !== "")
        .join(", "),
    );
  const step = rollout.spec.strategy.canary.steps[status.currentStepIndex ?? 0];
  const duration = step?.pause?.duration;
  if (pause.reason === gatePause && duration !== undefined)
    throw nothing(`a pause of ${duration}, which ends by itself`);
  return { status, pausedFor: pause.reason };
}

/** Ends the pause, on condition that the version that was approved is still the one that waits. */
async function resume(
  cluster: DeliveryContext["cluster"],
  model: string,
  podTemplateHash: string,
): Promise<void> {
  const rollout = await cluster.rollout(model);
  const { status } = paused(rollout);
  if (status.currentPodHash !== podTemplateHash)
    throw new Error(
      `${model}: another version (${status.currentPodHash}) took the place of the one that was approved (${podTemplateHash}); it was not resumed`,
    );
  const { resourceVersion } = rollout.metadata;
  await cluster.patchStatus(model, {
    metadata: { resourceVersion },
    status: withoutPause(rollout, status),
  });
  if (rollout.spec.paused) await cluster.patchRollout(model, { spec: { paused: false } });
}

/**
 * The patch of `kubectl argo rollouts promote` 1.8: after an inconclusive analysis step, the next
 * step; else the pause alone is taken away.
 */
function withoutPause(
  { spec }: Rollout,
  { canary, controllerPause, currentStepIndex = 0 }: RolloutStatus,
) {
  const inconclusive =
    canary.currentStepAnalysisRunStatus?.status === "Inconclusive" && controllerPause;
  if (!inconclusive) return { pauseConditions: null };
  return {
    pauseConditions: null,
    controllerPause: false,
    currentStepIndex: Math.min(currentStepIndex + 1, spec.strategy.canary.steps.length),
  };
}

export const verb: CommandLine = {
  details:
    "The person is who the API server says. The release goes on once the approvals that the model's risk tier asks for are on record.",
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
      .addOption(contextOption())
      .option("--json", jsonHelp)
      .action(async (model, { context, ledger, key, stack, role, reason, digest }) => {
        const approval: Approval = {
          role,
          reason,
          digest,
          signer: key === undefined ? undefined : signerAt(key),
          approverKeys: stack === undefined ? [] : stackConfig(stack).approverKeys,
        };
        await inEachRegion(
          { model, contexts: contextsOf(context), ledger },
          async (delivery) => {
            const approved = await approve(delivery, approval);
            return { value: approved, lines: [approvedLine(role, approved)] };
          },
          terminal,
        );
      }),
};

function approvedLine(role: string, { digest, region, resumed, missing }: Approved): string {
  const waits =
    missing === undefined
      ? `no release of it is paused in ${region}`
      : `the release waits in ${region} for ${missing}`;
  return `approved ${digest} as ${role}; ${resumed ? `the release goes on in ${region}` : waits}`;
}
