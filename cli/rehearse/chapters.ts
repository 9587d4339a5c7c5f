import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorShares } from "../../infra/gates/requests";
import { drifted, type Lifecycle } from "./lifecycle";
import type { Fault } from "./router";
import { applicationsOf, asSource, readTable, tableText } from "./rows";
import type { ChapterName } from "./scenarios/scenario";
import { shifted } from "./scenarios/shift";

/** Runs the champion's chapter and then those that are named, in their order. */
export async function runChapters(life: Lifecycle, names: readonly ChapterName[]): Promise<void> {
  const chapters = {
    challenger: challengerChapter,
    unfair: unfairChapter,
    drift: driftChapter,
    faults: faultsChapter,
  } satisfies Record<ChapterName, (life: Lifecycle) => Promise<void>>;
  if (!(await championChapter(life))) return;
  for (const name of names) await chapters[name](life);
}

/** Whether there is a champion; without one nothing else can be tried. */
async function championChapter(life: Lifecycle): Promise<boolean> {
  const { champion } = life.scenario;
  const model = await life.train("champion", champion, {}, "Train a champion, all steps");
  if (model.refused) {
    const gates = model.refused.gates.map(({ gate }) => gate).join(", ");
    const found = `refused by ${model.refused.step}: ${gates}`;
    life.expect("the champion passes every gate", false, found);
    return false;
  }
  await life.serve(model);
  await life.explain();
  return true;
}

async function challengerChapter(life: Lifecycle): Promise<void> {
  const { challenger } = life.scenario;
  if (challenger === undefined) return;
  const options = { champion: life.inUse.model };
  const model = await life.train(
    "challenger",
    challenger,
    options,
    "Train a challenger against it",
  );
  const traffic = {
    title: "Held-out traffic, 90 to 10",
    applications: life.heldOut(life.inUse.model.name),
  };
  const promoted =
    model.refused === undefined && (await life.canary("first challenger", model, traffic));
  life.expect("a better challenger is promoted", promoted, promoted ? "promoted" : "not promoted");
}

/** Writes the rows of the data source as they are after the shift, if there is one. */
function writeChangedRows({ scenario: { shift }, contract, workspace }: Lifecycle) {
  if (shift === undefined) return undefined;
  const file = join(workspace.options.work, "changed.csv");
  const collected = readTable(join(workspace.runOf("champion"), "collect", "data.csv"));
  writeFileSync(file, tableText(shifted(asSource(collected, contract), shift.moves, contract)));
  return file;
}

async function driftChapter(life: Lifecycle): Promise<void> {
  const { shift } = life.scenario;
  if (shift === undefined) return;
  const { contract, workspace } = life;
  const file = join(workspace.runOf(life.inUse.model.name), "prepare", "holdout.csv");
  const before = readTable(file);
  const clean = await life.window(
    "unchanged",
    "A window of unchanged applications",
    applicationsOf(before, contract),
  );
  const featuresDrifted = (window: typeof clean) => `${drifted(window)} features drifted`;
  life.expect("an unchanged window raises no alarm", drifted(clean) === 0, featuresDrifted(clean));
  const changed = await life.window(
    "changed",
    `${shift.title}: a window after the change`,
    applicationsOf(shifted(before, shift.moves, contract), contract),
  );
  const found = drifted(changed) > 0;
  life.expect("the change is found as drift", found, featuresDrifted(changed));
  if (found) await retrain(life);
}

/** Drift starts a retraining on changed rows, and a trial of what comes of it. */
async function retrain(life: Lifecycle): Promise<void> {
  const { retrained } = life.scenario;
  const source = writeChangedRows(life);
  const options = { champion: life.inUse.model, ...(source && { source }) };
  const model = await life.train("retrained", retrained, options, "Drift starts a retraining");
  const promoted =
    model.refused === undefined &&
    (await life.canary("retrained challenger", model, {
      title: "Changed traffic, 90 to 10",
      applications: life.heldOut(model.name),
    }));
  if (retrained.meantToWin)
    life.expect(
      "the retrained model is promoted",
      promoted,
      promoted ? "promoted" : "not promoted",
    );
  await life.explain();
}

/** A challenger that was made worse for one group, on rows after the shift where there is one. */
async function unfairChapter(life: Lifecycle): Promise<void> {
  const { unfair } = life.scenario;
  if (unfair === undefined) return;
  const source = writeChangedRows(life);
  const model = await life.train(
    "unfair",
    unfair,
    { champion: life.inUse.model, folder: unfair.folder, ...(source && { source }) },
    "A challenger made worse for one group",
  );
  const step = model.refused?.step;
  life.expect(
    "a challenger made worse for one group is refused by the audit",
    step === "audit",
    step === undefined ? "released" : `refused by ${step}`,
  );
}

async function faultsChapter(life: Lifecycle): Promise<void> {
  const objective = life.contract.slos.latencyP99;
  const slow: Fault = { kind: "delay", share: 0.3, milliseconds: 2 * objective };
  // Well beyond the share that is bad, so that a loose objective does not make the fault a pass.
  const share = Math.min(1, 5 * errorShares(life.contract).unacceptable);
  const errs: Fault = { kind: "error", share, status: 503 };
  const applications = life.heldOut(life.inUse.model.name);
  const percent = Number((100 * share).toFixed(1));
  for (const [name, fault, what] of [
    ["slow challenger", slow, `delays 30% of its requests by ${slow.milliseconds} ms`],
    ["failing challenger", errs, `fails ${percent}% of its requests`],
  ] as const) {
    const title = `The same release behind a path that ${what}`;
    const promoted = await life.canary(name, life.inUse.model, { title, applications, fault });
    const action = life.lastAction();
    life.expect(
      `the ${name} is rolled back`,
      action === "roll back",
      promoted ? "promoted" : action,
    );
  }
}
