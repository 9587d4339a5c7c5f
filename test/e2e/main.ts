import { rm } from "node:fs/promises";
import { adopterSuite } from "./adopter";
import { awsSuites } from "./aws/suite";
import { firstRunSuite } from "./aws/first-run";
import { clientSuite } from "./clients/suite";
import { runDelivery } from "./delivery";
import { addressSuite, faultSuite } from "./faults";
import { labelSuite } from "./labels";
import { lifecycleSuite } from "./lifecycle";
import { logSuite } from "./logs/suite";
import { equivalenceSuite, policySuite } from "./policies";
import { restartSuite } from "./restarts";
import { retrainingSuite } from "./retraining/suite";
import { ruleSuite } from "./rules";
import { openStack } from "./stack";
import { workflowSuite } from "./workflows";
import { runProgram } from "../../cli/command";
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { prepare } from "../harness/context";
import { duration, errorMessage, say } from "../harness/lib/text";
import { closingLine, NOTHING, runLane, runLanes, sum } from "../harness/runner";
import type { SharedStack } from "./stack";
import type { Cluster } from "../harness/cluster/cluster";
import type { Suite, Tally } from "../harness/runner";

type SuiteMaker = (stack: SharedStack) => Promise<Suite>;

/** Suites on a stack of the engine and a control plane, which may be shared. */
const SUITES = {
  lifecycle: lifecycleSuite,
  faults: faultSuite,
  policies: policySuite,
  equivalence: equivalenceSuite,
  addresses: addressSuite,
  restarts: restartSuite,
} as const satisfies Record<string, SuiteMaker>;
type SuiteName = keyof typeof SUITES;

/** Suites that open what they need themselves, one after the other. */
const ALONE = {
  rules: [ruleSuite],
  labels: [labelSuite],
  clients: [clientSuite],
  retraining: [retrainingSuite],
  logs: [logSuite],
  aws: awsSuites,
  "first-run": [firstRunSuite],
  adopter: [adopterSuite],
  workflows: [workflowSuite],
} as const satisfies Record<string, readonly (() => Promise<Suite>)[]>;

/**
 * A suite on a control plane of its own, which runs alone: what it measures suffers from company.
 */
const DELIVERY = "delivery";
const NAMES = [...Object.keys(SUITES), ...Object.keys(ALONE), DELIVERY];

interface LanePlan {
  readonly name: string;
  readonly suites: readonly SuiteName[];
  /**
   * Lanes with the same control plane share it; one of them kills its API server and has it alone.
   */
  readonly plane: "calm" | "faulty";
  /**
   * The lifecycle runs the literal project; the others are about something else and start faster.
   */
  readonly compiled: boolean;
}

/** Suites of one lane follow each other; the lanes run side by side. */
const LANES: readonly LanePlan[] = [
  { name: "lifecycle", suites: ["lifecycle"], plane: "calm", compiled: false },
  { name: "policies", suites: ["policies"], plane: "calm", compiled: true },
  {
    name: "faults",
    // The lifecycle's policies of admission hold in the whole of its cluster, also for who restarts.
    suites: ["faults", "equivalence", "addresses", "restarts"],
    plane: "faulty",
    compiled: true,
  },
];

const IN_LANES = LANES.flatMap(({ suites }) => suites);

/** Which suites run: those that are named, else those of the lanes. */
function chosenSuites(only: readonly string[]): (name: string) => boolean {
  const names: readonly string[] = only.length > 0 ? only : IN_LANES;
  return (name) => names.includes(name);
}

async function withControlPlanes(chosen: (name: SuiteName) => boolean): Promise<Tally> {
  const started = Date.now();
  if (!IN_LANES.some(chosen)) return NOTHING;
  const context = await prepare(process.env["E2E_KUBECONFIG"]);
  say(`tests, after ${duration(Date.now() - started)}`);
  const planes = new Map<string, Promise<Cluster>>();
  const planeOf = (name: string): Promise<Cluster> => {
    const plane = planes.get(name) ?? context.cluster();
    planes.set(name, plane);
    return plane;
  };
  const tally = await runLanes(
    LANES.map((lane) => ({
      open: async () => openStack(context, await planeOf(lane.plane), lane),
      suites: lane.suites.filter(chosen).map((name) => SUITES[name]),
    })),
  );
  await Promise.all([...planes.values()].map(async (plane) => (await plane).stop()));
  // What failed can be looked into; what passed is of no more use.
  if (tally.failed === 0) await rm(context.folder, { recursive: true, force: true });
  return tally;
}

async function runSuites(chosen: ReturnType<typeof chosenSuites>): Promise<0 | 1> {
  const started = Date.now();
  const planes = await withControlPlanes(chosen);
  if (planes !== NOTHING) say(`the suites of the engine took ${duration(Date.now() - started)}`);
  const delivery = chosen(DELIVERY) ? await runDelivery() : NOTHING;
  const alone = await runLane({
    open: () => Promise.resolve(),
    suites: Object.entries(ALONE).flatMap(([name, makers]) => (chosen(name) ? makers : [])),
  });
  const tally = sum([planes, delivery, alone]);
  say(`the whole run took ${duration(Date.now() - started)}`);
  say(closingLine(tally));
  return tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}

/** What keeps the suites from running at all is a failure of its own, in the closing line too. */
function brokenRun(error: unknown): 1 {
  say(errorMessage(error));
  say("0 passed, 1 failed");
  return 1;
}

void runProgram("npm run e2e --", "the real engine against a real Kubernetes API server", {
  details: `npm run e2e:controllers is delivery, retraining and logs: the programs that work in the cluster.
E2E_KUBECONFIG names the kubeconfig of a cluster of your own, CAUSEWAY_CACHE the folder of the tools (docs/e2e.md). Ends with 1 where a test failed or none ran.`,
  examples: ["", "--only rules", "--only delivery --only logs"],
  define: (command, terminal) =>
    command
      .addOption(
        new Option("--only <suite>", `one of ${NAMES.join(", ")}; may be repeated`)
          .argParser(suiteNames)
          .default([], "those of the engine"),
      )
      .action(async ({ only }) => {
        terminal.exitCode = await runSuites(chosenSuites(only)).catch(brokenRun);
      }),
}).finally(() => process.exit());

function suiteNames(name: string, before: readonly string[]): readonly string[] {
  if (!NAMES.includes(name)) throw new InvalidArgumentError(`Allowed: ${NAMES.join(", ")}.`);
  return [...before, name];
}
