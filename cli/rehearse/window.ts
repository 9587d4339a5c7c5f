import { metrics } from "../../services/contract/metrics";
import type { Contract } from "../../services/contract/contract";
import { latencyMilliseconds } from "../../services/contract/units";
import { proportion } from "./counts";
import type { DriftWindow } from "./result";
import { Router } from "./router";
import type { Application } from "./rows";
import { binsOf, outcomesOf } from "./scrape";
import { driftOf } from "./statistics/drift";
import { proportionSequence } from "./statistics/sequential";
import { converse } from "./traffic";
import type { Served } from "./trial";

/**
 * Sends each application once to the version in use, then judges the window by what its server
 * counted.
 */
export async function driftWindow(
  name: string,
  contract: Contract,
  { server, version, count }: Served,
  applications: readonly Application[],
): Promise<DriftWindow> {
  const before = await server.scrape();
  const router = new Router({
    champion: server.connection.post,
    share: 0,
    trial: name,
    slowMilliseconds: latencyMilliseconds(contract.slos.latencyP99),
    onAnswer: (_, status, milliseconds) => count?.(status, milliseconds),
  });
  await converse(
    router,
    contract.name,
    applications.map((application, i) => ({ subject: `${name}-${i}`, application })),
  );
  const counted = (await server.scrape()).since(before);
  const [right, all] = proportion("accuracy", outcomesOf(counted, contract, version).outcomes);
  return {
    name,
    version,
    rows: counted.sum(metrics.predictions),
    drift: driftOf(
      binsOf(counted, contract),
      contract.drift.significance,
      contract.drift.minimumSamples,
    ),
    accuracy: {
      value: right / all,
      interval: proportionSequence(right, all, contract.gates.improvement.significance),
    },
  };
}
