import { rmSync } from "node:fs";
import {
  appendEntry,
  fileStore,
  type Action,
  type LedgerStore,
} from "../../services/evidence/ledger";
import { openLedger } from "../../services/delivery/ledger-location";
import { attemptOf } from "../../services/delivery/record-attempt";
import { factsOf, recordFacts } from "../../services/delivery/record-run";
import type { Action as TrialAction } from "../../infra/gates/gates";
import type { TrainedModel, Trial } from "./result";

const actor = "rehearsal";
/** Verdicts that end a trial, in the words of the ledger. */
const ends: Partial<Record<TrialAction, Action>> = {
  promote: "promote",
  "roll back": "roll-back",
};

/** The audit ledger of one rehearsal, by the very modules that write the real one. */
export class RehearsalLedger {
  readonly #store: LedgerStore;

  /** Starts an empty ledger in a file; that of the last rehearsal is gone. */
  constructor(
    file: string,
    readonly model: string,
  ) {
    rmSync(file, { force: true });
    this.#store = fileStore(file);
  }

  /** Adds what a training run stated: trained, evaluated, released, or refused by a gate. */
  async trained(run: string, folder: string): Promise<void> {
    const { record, chain } = await openLedger(this.#store.path);
    await recordFacts({ record, chain }, await factsOf(folder), { run, actor });
  }

  /** Counts a run as an attempt to replace the champion, where it has one. */
  async attempt(
    run: string,
    champion: Pick<TrainedModel, "modelDigest"> | undefined,
  ): Promise<number | undefined> {
    if (champion?.modelDigest === undefined) return undefined;
    return attemptOf(await openLedger(this.#store.path), {
      subject: this.model,
      champion: champion.modelDigest,
      run,
      actor,
    });
  }

  /** Adds how a trial ended; one that nobody decided is no entry. */
  async tried(
    { name, looks }: Pick<Trial, "name" | "looks">,
    { version, modelDigest }: Pick<TrainedModel, "version" | "modelDigest">,
  ): Promise<void> {
    const last = looks.at(-1);
    const action = last && ends[last.verdict.action];
    if (last === undefined || action === undefined) return;
    const details = {
      trial: name,
      version: version ?? null,
      model: modelDigest ?? null,
      looks: looks.length,
      requests: last.challenger.predictions,
      reason: last.verdict.reason,
    };
    await appendEntry(this.#store, { actor, action, subject: this.model, details });
  }
}
