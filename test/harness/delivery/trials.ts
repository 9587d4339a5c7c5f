import { join } from "node:path";
import { approve } from "../../../cli/delivery/approve";
import { clusterOf } from "../../../cli/delivery/cluster";
import { loadContract } from "../../../services/contract/load";
import { regionOf } from "../../../services/delivery/live-rollout";
import { resumeWhereApproved } from "../../../services/delivery/resume";
import { openLedger } from "../../../services/delivery/ledger-location";
import { connect, send } from "../../../services/delivery/connection";
import { heldOutApplications } from "./applicants";
import { OnTrial } from "./on-trial";
import { apply, changed } from "./platform";
import { endingOf, findings, waitsForApproval, type Outcome } from "./release";
import { Traffic } from "./traffic";
import { World, type WorldOptions } from "./world";
import type { Arms } from "./arms";
import type { JsonObject } from "../lib/json";
import type { Fault } from "./faults";
import type { RolloutsController } from "./controller";
import type { Prometheus } from "./prometheus";
import { modelPath, versionHashLabel } from "../../../infra/kubernetes/model-objects";
import type { DeliveryContext } from "../../../cli/delivery/regions";

const FIRST_VERSION = "1.0.0";
const POLL_MS = 250;
/** Longest time for which a release is followed. */
const PATIENCE_MS = 480_000;

/** A new version of one model. */
export interface NewVersion {
  readonly model: string;
  readonly version: string;
  readonly fault?: Fault;
}

/** A release that was started. */
export interface Started extends NewVersion {
  /** Hash of the version before it, and when the new objects were applied. */
  readonly before: string | undefined;
  readonly at: number;
}

export interface FollowOptions {
  /** Called with each new share of the requests, in percent. */
  readonly onShare?: (share: number) => void;
  /** What happens to the version and around it. */
  readonly during?: (trial: OnTrial) => Promise<void>;
  /**
   * Requests of the version that a person waits for before the approval.
   * @default none
   */
  readonly approvedAfter?: number | undefined;
}

/** Models under traffic, whose new versions the real controller tries. */
export class Trials {
  readonly #traffic = new Map<string, Traffic>();
  #updating: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly world: World,
    private objects: readonly JsonObject[],
    readonly controller: RolloutsController,
    readonly apart: Prometheus,
  ) {}

  /**
   * Brings every model's first version up and lets callers at it; `firstFaults` are what some of
   * these do wrong.
   */
  static async open(
    options: WorldOptions,
    firstFaults: Readonly<Record<string, Fault>> = {},
  ): Promise<Trials> {
    const applications = await heldOutApplications();
    const world = await World.open(options);
    try {
      const { platform, images, mesh, random } = world;
      const models = options.models.map(({ name }) => name);
      for (const model of models)
        images.set(await platform.release(model, FIRST_VERSION), {
          folder: platform.imageFolder(model, FIRST_VERSION),
          fault: firstFaults[model],
        });
      const objects = await platform.objects();
      const { controller, apart } = await world.start(objects);
      const trials = new Trials(world, objects, controller, apart);
      for (const { name: model, callers } of options.models)
        trials.#traffic.set(model, new Traffic({ mesh, model, applications, callers, random }));
      trials.#traffic.forEach((traffic) => traffic.start());
      return trials;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /**
   * Updates the stack with new versions, as one `pulumi up` would: only objects that differ are
   * applied.
   */
  start(versions: readonly NewVersion[]): Promise<Started[]> {
    const started = this.#updating.then(async () => {
      const { platform, images, client } = this.world;
      for (const { model, version, fault } of versions)
        images.set(await platform.release(model, version), {
          folder: platform.imageFolder(model, version),
          fault,
        });
      const before = versions.map((version) => ({
        ...version,
        before: this.world.rollout(version.model)?.status.currentPodHash,
      }));
      const after = await platform.objects();
      await apply(client, changed(this.objects, after));
      this.objects = after;
      return before.map((version) => ({ ...version, at: Date.now() }));
    });
    this.#updating = started.catch(() => undefined);
    return started;
  }

  /** Follows a release to its end; whatever waits for a person's approval gets it. */
  async follow(
    { model, before, at }: Started,
    { onShare, during, approvedAfter = 0 }: FollowOptions = {},
  ): Promise<Outcome> {
    const { world } = this;
    let trial: OnTrial | undefined;
    let happened: Promise<void> | undefined;
    // The weights of an A/B test are those of the challengers' half.
    const part =
      world.options.models.find(({ name }) => name === model)?.strategy === "ab" ? 0.5 : 1;
    let share = 0;
    let approvedStep: number | undefined;
    for (;;) {
      const rollout = world.rollout(model);
      const hash = rollout?.status.currentPodHash;
      const weight = part * world.mesh.share(modelPath(model));
      if (weight > share) {
        share = weight;
        onShare?.(share);
      }
      if (Date.now() > at + PATIENCE_MS) {
        trial?.end();
        throw new Error(
          `${model}: no verdict after ${PATIENCE_MS / 1_000} s: ${rollout?.status.phase ?? "?"} ${rollout?.status.message ?? ""}`,
        );
      }
      if (rollout !== undefined && hash !== undefined && hash !== before) {
        trial ??= new OnTrial(world, model, hash, before ?? "");
        if (happened === undefined && during !== undefined) {
          happened = during(trial);
          happened.catch(() => undefined);
        }
        const ending = endingOf(rollout, hash);
        if (ending !== undefined) {
          const milliseconds = Date.now() - at;
          trial.end();
          await happened;
          const message = rollout.status.message ?? "";
          return this.#outcome(hash, { ending, milliseconds, share, message });
        }
        const step = rollout.status.currentStepIndex;
        // What is known of the Rollout may be a moment old: nobody approves a step twice.
        const requests = world.mesh.counts.get(hash)?.requests ?? 0;
        if (waitsForApproval(rollout) && step !== approvedStep && requests >= approvedAfter) {
          approvedStep = step;
          await this.#approve(model);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /**
   * Approves as the risk tier asks for: where one approval does not do, the ethics board gives
   * another. The suite has one identity, so the second is given. Then the resumer looks.
   */
  async #approve(model: string): Promise<void> {
    const context = await this.context(model);
    const reason = "the gates before this step are proven";
    const { missing } = await approve(context, { role: "model-risk", reason });
    if (missing !== undefined)
      await approve(
        {
          ...context,
          cluster: {
            ...context.cluster,
            whoAmI: () => Promise.resolve("ethics-board@example.com"),
          },
        },
        { role: "ethics-board", reason },
      );
    const connection = await connect({ kubeconfig: this.world.cluster.kubeconfig });
    await resumeWhereApproved(
      { name: model, riskTier: loadContract(context.modelsFolder, model).riskTier },
      {
        region: await context.cluster.rollout(model).then(regionOf),
        send: (request) => send(connection, request),
        entries: () => context.ledger.entries(),
        approverKeys: [],
        report: () => undefined,
      },
    );
  }

  /** What the commands of `npx causeway delivery` act on. */
  async context(model: string): Promise<DeliveryContext> {
    const { world } = this;
    const connection = await connect({ kubeconfig: world.cluster.kubeconfig });
    return {
      cluster: clusterOf((request) => send(connection, request)),
      model,
      modelsFolder: world.platform.modelsFolder,
      ledger: await openLedger(join(world.options.folder, "ledger")),
    };
  }

  /** Pods of a model that still take requests, by version hash. */
  versionsServing(model: string): string[] {
    return [
      ...new Set(
        this.world.kubelet.pods
          .filter(({ labels, ready }) => ready && labels["app.kubernetes.io/name"] === model)
          .map(({ labels }) => labels[versionHashLabel] ?? ""),
      ),
    ];
  }

  /** Who got which version of a model in its A/B test. */
  arms(model: string): Arms | undefined {
    return this.#traffic.get(model)?.arms;
  }

  /** Leaves a model few callers. */
  calm(model: string): void {
    this.#traffic.get(model)?.calm();
  }

  /** An answer that callers got and that no fault of a version explains. */
  refused(model: string): string | undefined {
    return this.#traffic.get(model)?.refused;
  }

  async close(): Promise<void> {
    this.#traffic.forEach((traffic) => traffic.stop());
    await this.world.close();
  }

  async #outcome(
    hash: string,
    {
      message,
      ...verdict
    }: Pick<Outcome, "ending" | "milliseconds" | "share"> & { readonly message: string },
  ): Promise<Outcome> {
    const { requests = 0, mirrored = 0, errors = 0 } = this.world.mesh.counts.get(hash) ?? {};
    const restarts = this.world.kubelet.podsOf(hash).reduce((sum, pod) => sum + pod.restarts, 0);
    const found = findings(await this.world.analysisRuns(hash));
    return {
      ...verdict,
      hash,
      requests,
      mirrored,
      errors,
      restarts,
      why: verdict.ending === "promoted" ? "" : found === "" ? message : found,
    };
  }
}
