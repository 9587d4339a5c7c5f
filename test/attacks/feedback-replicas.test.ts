/** @jest-environment ./test/services/model-server/support/environment.ts */
import { feedbackPath, predictionHeader } from "../../services/contract/feedback";
import { servingNames } from "../../services/evidence/rollout";
import { modelPath, versionHashLabel, type Strategy } from "../../infra/kubernetes/model-objects";
import {
  destinationRule,
  feedbackRoute,
  service,
  virtualService,
} from "../../infra/serving/routing";
import { releaseSteps } from "../../infra/serving/steps";
import { randomFrom } from "../../cli/rehearse/random";
import type { Kubelet, RunningPod } from "../harness/delivery/kubelet";
import { Mesh } from "../harness/delivery/mesh";
import {
  destinationRuleSchema,
  serviceSchema,
  virtualServiceSchema,
} from "../harness/delivery/objects";
import { contract, withRelease } from "../infra/serving/fixture";
import { goodFeatures, testServer, type TestServer } from "../services/model-server/support/server";

const names = servingNames(contract.name);
const [stable, canary] = ["1.0.0", "1.1.0"];

/** A server in a pod; the hash of its pod template is its version. */
async function replica(version: string, name: string): Promise<[TestServer, RunningPod]> {
  const server = await testServer({ version });
  const handle = async (url: string, headers: Record<string, string>, payload: object) => {
    const answer = await server.app.inject({ method: "POST", url, headers, payload });
    return { status: answer.statusCode, body: answer.json() };
  };
  const labels = { ...service(contract, "").spec.selector, [versionHashLabel]: version };
  const pod = { name, labels, ready: true, sidecar: { handle } };
  return [server, pod as unknown as RunningPod];
}

/** As the API server has an object of the program. */
const known = <O extends { metadata: object }>(object: O) => ({
  ...object,
  metadata: { ...object.metadata, uid: "u", creationTimestamp: "2026-01-01T00:00:00Z" },
});

/** The routes of a release on trial: half of the requests are its own, or copies of all. */
function routesOnTrial(strategy: Strategy) {
  const settings = withRelease({ strategy });
  const { spec, ...routes } = virtualService(settings);
  const http = spec.http.map((route) => ({
    ...route,
    route: route.route?.map((one) => ({ ...one, weight: route.route?.length === 2 ? 50 : 100 })),
  }));
  const copied = releaseSteps(settings).find(({ setMirrorRoute: one }) => one?.match !== undefined);
  // Argo Rollouts puts its own route before the others, and writes a path as `uri`.
  const mirror = copied && {
    match: copied.setMirrorRoute?.match?.map(({ path }) => ({ uri: path })),
    route: [{ destination: { host: names.stable } }],
    mirror: { host: names.canary },
  };
  return [
    { ...routes, spec: { ...spec, http: [...(mirror ? [mirror] : []), ...http] } },
    feedbackRoute(settings),
  ].map((one) => virtualServiceSchema.parse(known(one)));
}

/** Three replicas of the champion and two of the version on trial, behind two gateways. */
async function region(strategy: Strategy) {
  const settings = withRelease({ strategy });
  const all = [
    ...(await Promise.all(["a", "b", "c"].map((name) => replica(stable, name)))),
    ...(await Promise.all(["d", "e"].map((name) => replica(canary, name)))),
  ];
  const services = ([names.stable, names.canary] as const).map((name) => {
    const { spec, ...one } = service(contract, name);
    const selector = {
      ...spec.selector,
      [versionHashLabel]: name === names.stable ? stable : canary,
    };
    return serviceSchema.parse(known({ ...one, spec: { ...spec, selector } }));
  });
  const rules = [names.stable, names.canary].map((name) =>
    destinationRuleSchema.parse(known(destinationRule(settings, name))),
  );
  const pods = all.map(([, pod]) => pod);
  const gateways = [pods, pods.toReversed()].map((seen, i) => {
    const gateway = new Mesh({ pods: seen } as unknown as Kubelet, randomFrom(`gateway ${i}`));
    gateway.sync(routesOnTrial(strategy), services, rules);
    return gateway;
  });
  return { gateways, servers: all.map(([server]) => server) };
}

/** Outcomes that all replicas counted, by the version that predicted. */
function outcomes(servers: readonly TestServer[], version: string): number {
  return servers
    .map(({ counted }) =>
      counted("causeway_outcomes_total", {
        version,
        predicted: "approve",
        actual: "decline",
        age: "10",
      }),
    )
    .filter((count) => !Number.isNaN(count))
    .reduce((sum, count) => sum + count, 0);
}

const predictions = 40;
const sends = 10;

describe.each(["canary", "ab", "shadow"] as const)(
  "an outcome that is sent again and again, while a %s release is on trial",
  (strategy) => {
    it("is counted once by all replicas of both versions", async () => {
      const { gateways, servers } = await region(strategy);
      const statuses: Record<number, number> = {};
      const versions: Record<string, number> = {};
      for (let i = 0; i < predictions; i += 1) {
        const headers = { "x-causeway-subject": (i % 16).toString(16) };
        const asked = await gateways[0]!.send({
          path: `${modelPath(contract.name)}/predict`,
          headers,
          bodyFor: () => ({ features: goodFeatures }),
        });
        const { predictionId, version } = asked.answer.body as Record<string, string>;
        versions[version!] = (versions[version!] ?? 0) + 1;
        for (let sent = 0; sent < sends; sent += 1) {
          const { answer } = await gateways[sent % 2]!.send({
            path: feedbackPath(contract.name),
            headers: { ...headers, [predictionHeader]: predictionId! },
            bodyFor: () => ({ label: "decline" }),
          });
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        }
      }
      expect(statuses).toEqual({ 200: predictions, 409: (sends - 1) * predictions });
      expect(Object.keys(versions)).toEqual(
        strategy === "shadow" ? [stable] : expect.arrayContaining([stable, canary]),
      );
      for (const version of [stable, canary])
        expect([version, outcomes(servers, version!)]).toEqual([version, versions[version!] ?? 0]);
    });

    it("is taken by more than one replica of the champion, and by none of the version on trial", async () => {
      const { gateways, servers } = await region(strategy);
      const [server] = servers;
      for (let i = 0; i < predictions; i += 1) {
        const payload = { features: goodFeatures };
        const url = `${modelPath(contract.name)}/predict`;
        const asked = await server!.app.inject({ method: "POST", url, payload });
        await gateways[i % 2]!.send({
          path: feedbackPath(contract.name),
          headers: { [predictionHeader]: asked.json().predictionId },
          bodyFor: () => ({ label: "decline" }),
        });
      }
      const counts = servers.map((one) => outcomes([one], stable!));
      expect(counts.slice(0, 3).filter((count) => count >= 5)).toHaveLength(3);
      expect(counts.slice(3)).toEqual([0, 0]);
    });
  },
);

describe("an id that a gateway would see as another", () => {
  it.each<[string, (id: string) => string]>([
    ["white space before it", (id) => ` ${id}`],
    ["white space after it", (id) => `${id} `],
    ["itself again, as of two headers", (id) => `${id}, ${id}`],
    ["another spelling of a character", (id) => id.replace("~", "%7e")],
  ])("is refused with %s", async (_, spelt) => {
    const [{ app }] = await replica(stable!, "a");
    const url = `${modelPath(contract.name)}/predict`;
    const asked = await app.inject({ method: "POST", url, payload: { features: goodFeatures } });
    const label = async (id: string) => {
      const headers = { [predictionHeader]: id };
      const payload = { label: "decline" };
      return (
        await app.inject({ method: "POST", url: feedbackPath(contract.name), headers, payload })
      ).statusCode;
    };
    const id = asked.json().predictionId;
    expect([await label(spelt(id)), await label(id)]).toEqual([404, 200]);
  });
});
