import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { recordVerdict } from "../../cli/delivery/record";
import { NoVerdictYet } from "../../cli/delivery/verdict-of";
import { outcomeLine, type Outcome } from "../harness/delivery/release";
import { Trials, type FollowOptions, type NewVersion } from "../harness/delivery/trials";
import { duration, say } from "../harness/lib/text";
import { runLane } from "../harness/runner";
import { ensureTool } from "../harness/toolchain/ensure";
import { TOOLS } from "../harness/toolchain/pins";
import { eventually } from "./expectations";
import { experiment } from "./experiment";
import type { Suite, Tally, Test } from "../harness/runner";
import { modelPath } from "../../infra/kubernetes/model-objects";
import { SCENARIOS, SEVERAL, WORSE_CHAMPION, type Scenario } from "./delivery-scenarios";

const OUTAGE_MS = 20_000;

async function openTrials(folder: string): Promise<Trials> {
  const tools = {
    etcd: await ensureTool(TOOLS.etcd),
    "kube-apiserver": await ensureTool(TOOLS["kube-apiserver"]),
    "kube-controller-manager": await ensureTool(TOOLS["kube-controller-manager"]),
    "rollouts-controller": await ensureTool(TOOLS["rollouts-controller"]),
    prometheus: await ensureTool(TOOLS.prometheus),
  };
  const models = Object.entries(SCENARIOS).map(
    ([name, { strategy = "canary", callers, availability }]) => ({
      name,
      strategy,
      callers,
      availability,
    }),
  );
  return Trials.open({ tools, folder, models, apart: "loan-silent" }, WORSE_CHAMPION);
}

/** What happens around a release while it is on trial. */
function disturbances(trials: Trials): Readonly<Record<string, FollowOptions>> {
  const restart = async (): Promise<void> => {
    await trials.controller.kill();
    await trials.controller.start();
  };
  const outage = async (): Promise<void> => {
    await trials.apart.kill();
    await sleep(OUTAGE_MS);
    await trials.apart.start();
  };
  return {
    "loan-good": {
      onShare: (share) => {
        if (share === 25) void restart();
      },
    },
    "loan-silent": {
      onShare: (share) => {
        if (share === 10) void outage();
        if (share === 50) void trials.apart.kill();
      },
    },
  };
}

async function deliverySuite(trials: Trials): Promise<Suite> {
  const options = disturbances(trials);
  const versions = Object.entries(SCENARIOS).map(([model, { fault }]): NewVersion => ({
    model,
    version: "1.0.1",
    ...(fault && { fault }),
  }));
  const started = await trials.start(versions);
  const outcomes = new Map(
    started.map((release) => [
      release.model,
      trials.follow(release, {
        ...options[release.model],
        during: SCENARIOS[release.model]?.during,
        approvedAfter: SCENARIOS[release.model]?.approvedAfter,
      }),
    ]),
  );
  for (const [model, outcome] of outcomes)
    // What the others measure needs the machine.
    if (model !== "loan-again")
      void outcome.then(
        () => trials.calm(model),
        () => undefined,
      );
  const again = outcomes.get("loan-again")?.then(async () => {
    const [next] = await trials.start([{ model: "loan-again", version: "1.0.2" }]);
    assert.ok(next);
    return trials.follow(next);
  });
  // Whoever waits for one of them hears of its failure.
  for (const outcome of [...outcomes.values(), again]) outcome?.catch(() => undefined);
  const outcomeOf = async (model: string): Promise<Outcome> => {
    const outcome = await (model === "loan-again-2" ? again : outcomes.get(model));
    assert.ok(outcome, model);
    return outcome;
  };
  return {
    name: "delivery",
    tests: [
      ...Object.keys(SCENARIOS).map((model) => scenarioTest(trials, model, outcomeOf)),
      ...closingTests(trials, outcomeOf),
    ],
  };
}

function scenarioTest(
  trials: Trials,
  model: string,
  outcomeOf: (model: string) => Promise<Outcome>,
): Test {
  const { title, ending, why } = SCENARIOS[model] as Scenario;
  return {
    title,
    run: async () => {
      const outcome = await outcomeOf(model);
      say(`        ${model}: ${outcomeLine(outcome)}`);
      assert.equal(outcome.ending, ending, outcome.why);
      if (why !== undefined) assert.match(outcome.why, why);
      if (ending === "rolled back" && model !== "loan-again")
        // The controller says that it rolled back before it has moved the requests.
        await eventually(
          `all requests of ${model} at the champion`,
          () => trials.world.mesh.share(modelPath(model)) === 0,
        );
      if (model === "loan-shadow")
        assert.deepEqual([outcome.requests, outcome.mirrored > 0], [0, true]);
      if (model === "loan-broken") assert.equal(outcome.requests, 0);
      if (model === "loan-restart")
        assert.equal(outcome.restarts, 1, "it restarted before it was rolled back");
      if (model === "loan-bursts" || model === "loan-outage")
        assert.ok(outcome.errors >= SEVERAL, `${outcome.errors} failed`);
      if (model === "loan-silent")
        assert.equal(
          outcome.share,
          50,
          "it went on after the short outage, and no further without Prometheus",
        );
      if (model !== "loan-again") return;
      const second = await outcomeOf("loan-again-2");
      say(`        loan-again, the next version: ${outcomeLine(second)}`);
      assert.equal(second.ending, "promoted", second.why);
    },
  };
}

function closingTests(trials: Trials, outcomeOf: (model: string) => Promise<Outcome>): Test[] {
  const bad = Object.keys(SCENARIOS).filter((model) => SCENARIOS[model]?.ending === "rolled back");
  return [
    {
      title:
        "no version that was rolled back gets another request, and no caller went without an answer",
      run: async () => {
        const hashes = await Promise.all(
          bad
            .filter((model) => model !== "loan-again")
            .map(async (model) => (await outcomeOf(model)).hash),
        );
        const seen = (): number[] =>
          hashes.map((hash) => trials.world.mesh.counts.get(hash)?.requests ?? 0);
        const before = seen();
        await sleep(3_000);
        assert.deepEqual(seen(), before);
        assert.deepEqual(
          [...trials.world.mesh.unanswered.keys()].filter(
            // Its only pod restarts while callers are sent there.
            (asked) => !asked.startsWith(modelPath("loan-restart")),
          ),
          [],
        );
        assert.deepEqual(
          Object.keys(SCENARIOS)
            .map((model) => trials.refused(model))
            .filter((answer) => answer !== undefined),
          [],
        );
      },
    },
    {
      title:
        "callers keep their version during an A/B test, whose split is found fair although some of them are busy",
      run: async () => experiment(trials, "loan-ab", await outcomeOf("loan-ab")),
    },
    {
      title:
        "every verdict goes on record, and the program refuses to release again what was rolled back",
      run: async () => {
        for (const [model, { ending }] of Object.entries(SCENARIOS)) {
          if (ending === "paused") {
            await assert.rejects(recordVerdict(await trials.context(model)), NoVerdictYet, model);
            continue;
          }
          const { verdict } = await recordVerdict(await trials.context(model));
          const promoted = ending === "promoted" || model === "loan-again";
          assert.equal(verdict.outcome, promoted ? "promoted" : "rolled-back", model);
          if (model === "loan-broken")
            assert.match(verdict.message, /not ready within the start deadline of 150 s$/);
        }
        assert.throws(
          () => trials.world.platform.refuseWhatFailed(),
          (error: unknown) => {
            const told = String(error)
              .split("\n")
              .filter((line) => line.endsWith("(governance-model-verdict)"));
            assert.deepEqual(
              Object.keys(SCENARIOS).filter((model) =>
                told.some((line) => line.includes(`"${model}"`)),
              ),
              bad.filter((model) => model !== "loan-again"),
            );
            return true;
          },
        );
      },
    },
    {
      title: "a release that a person ends is recorded as aborted",
      run: () => abortedByPerson(trials, "loan-same"),
    },
    { title: "good versions are not rolled back", run: () => summary(outcomeOf) },
  ];
}

/**
 * Ends a new release of a model as the kill switch does, and asks for its verdict once the
 * controller has seen it.
 */
async function abortedByPerson(trials: Trials, model: string): Promise<void> {
  const [started] = await trials.start([{ model, version: "1.0.2" }]);
  const context = await trials.context(model);
  await eventually(
    `a new release of ${model}`,
    () => trials.world.rollout(model)?.status.currentPodHash !== started?.before,
  );
  await context.cluster.patchStatus(model, { status: { abort: true } });
  let outcome: string | undefined;
  await eventually(`a verdict over ${model}`, async () => {
    outcome = await recordVerdict(context).then(
      ({ verdict }) => verdict.outcome,
      (error: unknown) => {
        if (error instanceof NoVerdictYet) return undefined;
        throw error;
      },
    );
    return outcome !== undefined;
  });
  assert.equal(outcome, "aborted");
}

/** The figures that docs/e2e.md quotes. */
async function summary(outcomeOf: (model: string) => Promise<Outcome>): Promise<void> {
  const names = Object.keys(SCENARIOS).filter((model) => SCENARIOS[model]?.ending === "promoted");
  const good = await Promise.all([...names, "loan-again-2"].map(outcomeOf));
  const rolledBack = good.filter(({ ending }) => ending === "rolled back").length;
  say(
    `        good versions rolled back: ${rolledBack} of ${good.length}; time to promotion ${good.map(({ milliseconds }) => duration(milliseconds)).join(", ")}`,
  );
  assert.equal(rolledBack, 0);
}

/** Releases under the real controller and a real Prometheus, on a control plane of their own. */
export async function runDelivery(): Promise<Tally> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "causeway-delivery-"));
  say(`delivery: files of this run: ${folder}`);
  let trials: Trials | undefined;
  const tally = await runLane({
    open: async () => (trials = await openTrials(folder)),
    suites: [deliverySuite],
  });
  await trials?.close();
  if (tally.failed === 0) await rm(folder, { recursive: true, force: true });
  return tally;
}
