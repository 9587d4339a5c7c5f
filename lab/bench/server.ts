import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { compileServer } from "../../cli/compile-server";
import { load } from "./server/client";
import { clientCore, startContestant, type Contestant } from "./server/contestant";
import { contestants } from "./server/contestants";
import { ensurePeers } from "./server/environment";
import { boostedRelease } from "./server/release";
import { withhold } from "./server/withhold";
import { show, unloadedShare, type Overload, type Result, type Three } from "./server/report";

const root = join(__dirname, "..", "..");
const path = "/v2/models/loan-approval/infer";
/**
 * Every server is measured in each round, in turn, and its best round counts: others may use the
 * machine meanwhile.
 */
const rounds = 3;
const connections = 32;
const [warmSeconds, measuredSeconds, overloadSeconds] = [1, 4, 4];
/** Connections of the open loop: enough that what is offered does not wait for answers. */
const manyConnections = 256;
/** Connections that keep the bodies of their requests back. */
const withheld = 200;
/**
 * Shares of the largest rate that are tried, from above, for one that the server sustains: all but
 * a hundredth accepted at once.
 */
const sustainableShares = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];
const sustained = 0.99;
async function main(): Promise<boolean> {
  if (cpus().length < 2)
    throw new Error("the comparison needs two cores: one for the server, one for the client");
  const scratch = mkdtempSync(join(tmpdir(), "causeway-bench-"));
  try {
    const peers = ensurePeers(console.log);
    const [server, model] = [join(scratch, "server"), join(scratch, "model")];
    await boostedRelease(model, console.log);
    compileServer(root, server);
    mkdirSync(join(scratch, "peers"));
    const all = contestants({ server, model, scratch: join(scratch, "peers"), peers });
    execFileSync("taskset", ["-cp", clientCore, String(process.pid)], { stdio: "ignore" });
    const [busy = 0] = loadavg();
    console.log(
      `One-row requests of a 100-tree boosted model, ${connections} connections, server and client on a core each, best of ${rounds} rounds. Load before the start: ${busy.toFixed(1)}${busy > 0.5 ? " (others use the processors)" : ""}\n`,
    );
    const body = requestBody(model);
    const results = await compare(all, body, join(scratch, "log"));
    const overload = await overloadTest(all[0], body, join(scratch, "log"), results[0].perSecond);
    return show(results, overload);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** One row of the background, as a tensor. */
function requestBody(model: string): string {
  const [row = []]: number[][] = JSON.parse(
    readFileSync(join(model, "release", "explainer.json"), "utf8"),
  ).background;
  return JSON.stringify({
    inputs: [{ name: "features", shape: [1, row.length], datatype: "FP32", data: row }],
  });
}

/** The first output of each server is the score; how the others are is its own matter. */
const answerSchema = z.object({
  outputs: z.tuple([z.object({ data: z.tuple([z.number()]) })]).rest(z.unknown()),
});

async function compare(
  [ours, fastapi, mlserver]: Three<Contestant>,
  body: string,
  log: string,
): Promise<Three<Result>> {
  const found: Result[][] = [[], [], []];
  const scores: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, contestant] of [ours, fastapi, mlserver].entries()) {
      const { result, score } = await measure(contestant, body, log);
      found[i]?.push(result);
      scores.push(score);
    }
  }
  if (Math.max(...scores) - Math.min(...scores) > 1e-5)
    throw new Error(`the servers do not agree on the score of the row: ${scores.join(", ")}`);
  return [best(found[0]), best(found[1]), best(found[2])];
}

function best(results: readonly Result[] = []): Result {
  const [first] = [...results].sort((a, b) => b.perSecond - a.perSecond);
  if (first === undefined) throw new Error("no round was measured");
  return { ...first, megabytes: Math.max(...results.map(({ megabytes }) => megabytes)) };
}

async function measure(
  contestant: Contestant,
  body: string,
  log: string,
): Promise<{ result: Result; score: number }> {
  const { name, port } = contestant;
  const running = await startContestant(contestant, `${log}-${name}`);
  try {
    const answer = answerSchema.parse(
      await (
        await fetch(`http://127.0.0.1:${port}${path}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body,
        })
      ).json(),
    );
    await load({ port, path, body, connections, seconds: warmSeconds });
    const before = running.processorSeconds();
    const { accepted, seconds, answers, lost } = await load({
      port,
      path,
      body,
      connections,
      seconds: measuredSeconds,
    });
    if (lost > 0 || accepted.count === 0)
      throw new Error(
        `${name} lost ${lost} requests, and answered ${JSON.stringify([...answers])}`,
      );
    const perProcessorSecond = accepted.count / (running.processorSeconds() - before);
    return {
      result: {
        name,
        perSecond: accepted.count / seconds,
        perProcessorSecond,
        p50: accepted.p50,
        p99: accepted.p99,
        megabytes: running.megabytes(),
      },
      score: answer.outputs[0].data[0],
    };
  } finally {
    await running.stop();
  }
}

async function overloadTest(
  ours: Contestant,
  body: string,
  log: string,
  perSecond: number,
): Promise<Overload> {
  const running = await startContestant(ours, log);
  try {
    const options = { port: ours.port, path, body, connections: manyConnections };
    await load({ ...options, connections, seconds: warmSeconds });
    for (const share of sustainableShares) {
      const sustainable = share * perSecond;
      const sustaining = await load({ ...options, seconds: overloadSeconds, rate: sustainable });
      if (sustaining.accepted.count < sustained * sustainable * sustaining.seconds) continue;
      const unloaded = await load({
        ...options,
        seconds: overloadSeconds,
        rate: unloadedShare * sustainable,
      });
      const overloaded = await load({
        ...options,
        seconds: overloadSeconds,
        rate: 2 * sustainable,
      });
      const attack = withhold({
        port: ours.port,
        path,
        length: body.length,
        connections: withheld,
      });
      const attacked = await load({
        ...options,
        seconds: overloadSeconds,
        rate: unloadedShare * sustainable,
      });
      attack.stop();
      return { sustainable, unloaded, sustaining, overloaded, attacked };
    }
    throw new Error("no rate was sustained: others use the processors too much to say anything");
  } finally {
    await running.stop();
  }
}

main().then(
  (kept) => (process.exitCode = kept ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
