import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { compileServer } from "../../cli/compile-server";
import { endChildrenWithUs } from "../../cli/rehearse/children";
import { startServer, type ModelServer } from "../../cli/rehearse/servers";
import { destinationRule, feedbackRoute } from "../../infra/serving/routing";
import { modelPath } from "../../infra/kubernetes/model-objects";
import { feedbackPath, predictionHeader } from "../../services/contract/feedback";
import { metrics } from "../../services/contract/metrics";
import { servingNames } from "../../services/evidence/rollout";
import { modelFolder } from "../harness/fixtures";
import { errorMessage } from "../harness/lib/text";
import { ensureEnvoy, Gateway, type GatewayOptions } from "../harness/mesh/envoy";
import { REPOSITORY } from "../harness/project";
import type { Suite } from "../harness/runner";
import { contract, settings } from "../infra/serving/fixture";
import { goodFeatures } from "../services/model-server/support/server";

const zones = ["a", "b"];
const predictions = 100;
const sends = 6;
/** Most of the ids of other replicas that move when one is gone; 0.2% of 1,138 did. */
const movedShare = 0.05;
const route = feedbackRoute(settings);
const rule = destinationRule(settings, servingNames(contract.name).stable);

/** Real servers of one model, two in each zone, and what is needed to put gateways before them. */
class Region {
  private constructor(
    readonly envoy: string,
    readonly folder: string,
    readonly servers: readonly ModelServer[],
  ) {}

  static async open(envoy: string): Promise<Region> {
    endChildrenWithUs();
    const folder = await mkdtemp(path.join(os.tmpdir(), "causeway-labels-"));
    const keyFile = path.join(folder, "key");
    await writeFile(keyFile, `k1 ${"7".repeat(48)}\n`, { mode: 0o600 });
    const program = path.join(REPOSITORY, "out", "labels");
    compileServer(REPOSITORY, program);
    const servers: ModelServer[] = [];
    for (let i = 0; i < 2 * zones.length; i += 1)
      servers.push(
        await startServer({
          program: path.join(program, "server.js"),
          contractFile: path.join(modelFolder, "model.yaml"),
          releaseFolder: path.join(modelFolder, "release"),
          keyFile,
          logFile: path.join(folder, `server-${i}.log`),
        }),
      );
    return new Region(envoy, folder, servers);
  }

  /** A gateway in each zone, which know the replicas in another order. */
  async behind<T>(
    changed: Partial<Pick<GatewayOptions, "route" | "rule">>,
    work: (gateways: readonly Gateway[]) => Promise<T>,
  ): Promise<T> {
    const replicas = this.servers.map(({ ports }, i) => ({
      port: ports.http,
      zone: zones[i % zones.length] ?? "",
    }));
    const gateways: Gateway[] = [];
    try {
      for (const zone of zones)
        gateways.push(
          await Gateway.start(this.envoy, {
            folder: this.folder,
            name: `gateway-${zone}`,
            zone,
            replicas: zone === "a" ? replicas : replicas.toReversed(),
            route,
            rule,
            ...changed,
          }),
        );
      return await work(gateways);
    } finally {
      await Promise.all(gateways.map((gateway) => gateway.close()));
    }
  }

  async predict(): Promise<string[]> {
    const ids: string[] = [];
    for (let i = 0; i < predictions; i += 1) {
      const { body } = await this.#server(i).connection.post(
        `${modelPath(contract.name)}/predict`,
        { features: goodFeatures },
      );
      ids.push(String(Object(body).predictionId));
    }
    return ids;
  }

  /** Outcomes that each replica counted so far; a replica that is gone has none. */
  counted(): Promise<number[]> {
    return Promise.all(
      this.servers.map((server) =>
        server.scrape().then(
          (scrape) => scrape.sum(metrics.outcomes),
          () => 0,
        ),
      ),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }

  #server(i: number): ModelServer {
    const server = this.servers[i % this.servers.length];
    if (server === undefined) throw new Error("no server");
    return server;
  }
}

/** Sends a label by a gateway, as often as nobody answers it. */
async function label(gateway: Gateway | undefined, id: string): Promise<number> {
  assert.ok(gateway);
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { status } = await gateway.connection.post(
      feedbackPath(contract.name),
      { label: "decline" },
      { [predictionHeader]: id },
    );
    if (status < 500) return status;
  }
  throw new Error("a label got no answer");
}

/** Sends each label again and again by both gateways; how often each status came. */
async function sendAgain(
  gateways: readonly Gateway[],
  ids: readonly string[],
): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  for (const id of ids)
    for (let sent = 0; sent < sends; sent += 1) {
      const status = await label(gateways[sent % gateways.length], id);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  return statuses;
}

const sum = (counts: readonly number[]): number =>
  counts.reduce((total, count) => total + count, 0);

/** Sends labels by gateways that were told something else; how many counted, of how many. */
async function countedWith(
  region: Region,
  changed: Partial<Pick<GatewayOptions, "rule">>,
): Promise<number> {
  const before = sum(await region.counted());
  const ids = await region.predict();
  await region.behind(changed, (gateways) => sendAgain(gateways, ids));
  return sum(await region.counted()) - before;
}

/** The rule with another policy for labels. */
function without(key: "consistentHash" | "localityLbSetting"): typeof rule {
  const changed = structuredClone(rule);
  for (const { trafficPolicy } of changed.spec.subsets ?? [])
    Reflect.deleteProperty(trafficPolicy.loadBalancer, key);
  return changed;
}

/** What real Envoys make of the program's rule, before real model servers. */
export async function labelSuite(): Promise<Suite> {
  const name = "labels";
  const opened = await ensureEnvoy().then(
    (envoy) => Region.open(envoy),
    (error: unknown) => `Envoy cannot be had: ${errorMessage(error)}`,
  );
  if (typeof opened === "string") {
    const title = "a label counts once over all replicas and gateways";
    return { name, tests: [{ title, skip: opened, run: () => Promise.resolve() }] };
  }
  const region = opened;
  return {
    name,
    tests: [
      {
        title: "a label that is sent again by gateways of two zones counts once, over all replicas",
        run: () => once(region),
      },
      {
        title: "it counts more than once without the hash, so the test can fail",
        run: async () =>
          assert.ok(
            (await countedWith(region, { rule: without("consistentHash") })) > 2 * predictions,
          ),
      },
      {
        title: "it counts once for each zone where gateways prefer the replicas of their own",
        run: async () => {
          const counted = await countedWith(region, { rule: without("localityLbSetting") });
          assert.equal(counted, zones.length * predictions);
        },
      },
      {
        title:
          "when a replica is gone, hardly more than its labels count again, and all get an answer",
        run: () => lost(region),
      },
      { title: "nothing is left behind", run: () => region.close() },
    ],
  };
}

async function once(region: Region): Promise<void> {
  const ids = await region.predict();
  await region.behind({}, async (gateways) => {
    assert.deepEqual(await sendAgain(gateways, ids), {
      200: predictions,
      409: (sends - 1) * predictions,
    });
    // White space around a header is none of its value, for the proxy as for the server.
    for (const id of ids) assert.equal(await label(gateways[0], `  ${id} `), 409);
  });
  const counts = await region.counted();
  assert.equal(sum(counts), predictions);
  assert.ok(Math.min(...counts) >= 5, `each replica has its share: ${counts.join(", ")}`);
}

async function lost(region: Region): Promise<void> {
  const ids = await region.predict();
  const before = await region.counted();
  await region.behind({}, async (gateways) => {
    await sendAgain(gateways, ids);
    const [gone = 0] = (await region.counted()).map((count, i) => count - (before[i] ?? 0));
    await region.servers[0]?.stop();
    const { 200: again = 0, ...others } = await sendAgain(gateways, ids);
    assert.ok(
      again >= gone && again - gone <= movedShare * (predictions - gone),
      `the lost replica had ${gone} labels, and ${again} were counted again`,
    );
    assert.deepEqual(others, { 409: sends * predictions - again });
  });
}
