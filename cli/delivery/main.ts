import { join } from "node:path";
import { modelsFolder } from "../../infra/stack/models";
import { InputError } from "../../services/contract/problems";
import { signerAt } from "../release/signers";
import { runCommand } from "../command-line";
import { stackConfig } from "../stack-config";
import { connect, send } from "../../services/delivery/connection";
import { approve } from "./approve";
import { deliveryArguments, type Command, type DeliveryArguments } from "./arguments";
import { clusterOf } from "./cluster";
import { kill, restore } from "./kill";
import { openLedger, type OpenLedger } from "../../services/delivery/ledger-location";
import { override } from "./override";
import { recordVerdict, type DeliveryContext } from "./record";
import { standing, standingLines } from "./status";
import { NoVerdictYet } from "./verdict-of";

type Run = (context: DeliveryContext, given: DeliveryArguments) => Promise<string[]>;

const runs = {
  status: async ({ cluster, model }) => standingLines(model, await standing(cluster, model)),
  record: async (context) => {
    const { verdict, file, known } = await recordVerdict(context);
    return [
      `${verdict.model} ${verdict.version} was ${verdict.outcome} in ${verdict.region}${verdict.message === "" ? "" : `: ${verdict.message}`}`,
      known ? `on record before: ${file}` : `commit ${file}`,
    ];
  },
  approve: async (context, given) => {
    const { digest, region, resumed, missing } = await approve(context, {
      ...given,
      signer: given.key === undefined ? undefined : signerAt(given.key),
      approverKeys: given.stack === undefined ? [] : stackConfig(given.stack).approverKeys,
    });
    const waits =
      missing === undefined
        ? `no release of it is paused in ${region}`
        : `the release waits in ${region} for ${missing}`;
    return [
      `approved ${digest} as ${given.role}; ${resumed ? `the release goes on in ${region}` : waits}`,
    ];
  },
  override: async (context, { reason, digest }) => {
    const retry = await override(context, reason, digest);
    return [
      "recorded; put this into the model's entry of the stack file, and take it out with the next release:",
      `retry: ${JSON.stringify(retry)}`,
    ];
  },
  kill: async (context, { to, reason }) => {
    const { region, aborted } = await kill(context, to, reason);
    return [
      `all requests of ${context.model} in ${region} go to the ${to}${aborted ? "; the release on trial was aborted" : ""}`,
      "put this into the model's entry of the stack file, so that the next update keeps it:",
      `killSwitch: ${JSON.stringify({ to, reason })}`,
    ];
  },
  restore: async (context, { reason }) => [
    `the kill switch of ${context.model} is off in ${(await restore(context, reason)).region}; take killSwitch out of the stack file too`,
  ],
} satisfies Record<Command, Run>;

/** Decisions that hold for all regions are recorded once. */
const once: readonly Command[] = ["override"];

async function main(args: readonly string[]): Promise<void> {
  const given = deliveryArguments(args);
  const { command, model, contexts, ledger: location } = given;
  const where = location ?? join(process.cwd(), "ledger.jsonl");
  const ledger = command === "kill" ? openedLater(where) : await openLedger(where);
  const failures: unknown[] = [];
  for (const context of once.includes(command) ? contexts.slice(0, 1) : contexts) {
    try {
      const connection = await connect(context === undefined ? {} : { context });
      const lines = await runs[command](
        { cluster: clusterOf((request) => send(connection, request)), model, modelsFolder, ledger },
        given,
      );
      for (const line of lines) console.log(line);
      const head =
        command === "status" || command === "kill" ? undefined : (await ledger.chain()).at(-1);
      if (head) console.log(`ledger: entry ${head.sequence}, ${head.hash}`);
    } catch (error) {
      // A region that cannot be reached must not keep the model alive in the others; everything
      // else goes region by region.
      if (command !== "kill") throw error;
      failures.push(error);
      console.error(
        `${context ?? "current context"}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  if (failures.length > 0)
    throw new Error(
      `the kill switch did not end well in ${failures.length} of ${contexts.length} regions`,
    );
}

/**
 * A ledger that is opened for its first entry: one that cannot be reached must not keep the kill
 * switch from acting.
 */
function openedLater(where: string): OpenLedger {
  const opened = () => openLedger(where);
  return {
    path: where,
    record: async (fact) => (await opened()).record(fact),
    entries: async () => (await opened()).entries(),
    chain: async () => (await opened()).chain(),
  };
}

/**
 * Exit codes: 0 done, 1 failed, 2 a command line or an input that cannot be used, 3 no verdict yet.
 */
function exitCode(error: unknown): number {
  if (error instanceof InputError) return 2;
  return error instanceof NoVerdictYet ? 3 : 1;
}

if (require.main === module) {
  void runCommand(main, exitCode);
}
