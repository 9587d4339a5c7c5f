import type { Kubelet, RunningPod } from "./kubelet";
import { Mesh } from "./mesh";
import { serviceSchema, virtualServiceSchema } from "./objects";
import { allNaN } from "./sidecar";
import { randomFrom } from "../../../cli/rehearse/random";

const metadata = { uid: "u", creationTimestamp: "2026-01-01T00:00:00Z" };
const path = "/v2/models/loan/predict";

function pod(hash: string): RunningPod {
  const sidecar = {
    handle: async () => ({ status: hash === "bad" ? 500 : 200, body: undefined }),
  } as unknown as RunningPod["sidecar"];
  return {
    name: hash,
    labels: { "rollouts-pod-template-hash": hash },
    fault: undefined,
    sidecar,
    metricsPort: 0,
    ready: true,
    server: undefined,
    stopping: false,
    restarting: false,
    restarts: 0,
  };
}

function meshOf(http: object[], hashes: readonly string[]): Mesh {
  const mesh = new Mesh({ pods: hashes.map(pod) } as unknown as Kubelet, randomFrom("mesh"));
  const service = (name: string, hash: string) =>
    serviceSchema.parse({
      metadata: { ...metadata, name },
      spec: { selector: { "rollouts-pod-template-hash": hash } },
    });
  mesh.sync(
    [virtualServiceSchema.parse({ metadata: { ...metadata, name: "loan" }, spec: { http } })],
    [service("stable", "good"), service("canary", "bad")],
    [],
  );
  return mesh;
}

async function sent(
  mesh: Mesh,
  count: number,
  headers: Record<string, string> = {},
): Promise<Record<string, number>> {
  for (let i = 0; i < count; i += 1) await mesh.send({ path, headers, bodyFor: () => ({}) });
  return Object.fromEntries([...mesh.counts].map(([hash, { requests }]) => [hash, requests]));
}

const uri = [{ uri: { exact: "/v2/models/loan" } }, { uri: { prefix: "/v2/models/loan/" } }];
const to = (host: string, weight?: number) => ({
  destination: { host: `${host}.causeway-models.svc.cluster.local` },
  ...(weight !== undefined && { weight }),
});

describe("the stand-in for the mesh", () => {
  it("splits requests by weight and counts the failed ones of each version", async () => {
    const mesh = meshOf(
      [{ match: uri, route: [to("stable", 75), to("canary", 25)] }],
      ["good", "bad"],
    );
    const { good = 0, bad = 0 } = await sent(mesh, 1_000);
    expect(good + bad).toBe(1_000);
    expect(Math.abs(bad - 250)).toBeLessThan(50);
    expect(mesh.counts.get("bad")).toEqual({ requests: bad, errors: bad, mirrored: 0 });
    expect(mesh.share("/v2/models/loan")).toBe(25);
  });

  it("sends nothing to one of two destinations that has no weight, and copies what a mirror asks for", async () => {
    const mesh = meshOf(
      [
        {
          name: "shadow",
          match: uri,
          route: [to("stable", 100), to("canary")],
          mirror: { host: "canary" },
          mirrorPercentage: { value: 100 },
        },
      ],
      ["good", "bad"],
    );
    expect(await sent(mesh, 50)).toEqual({ good: 50, bad: 0 });
    expect(mesh.counts.get("bad")?.mirrored).toBe(50);
  });

  it("takes the first route whose headers match as a whole", async () => {
    const arm = (regex: string) =>
      uri.map((one) => ({ ...one, headers: { "x-causeway-subject": { regex } } }));
    const mesh = meshOf(
      [
        { match: arm("[0-7].*"), route: [to("canary")] },
        { match: uri, route: [to("stable")] },
      ],
      ["good", "bad"],
    );
    await sent(mesh, 1, { "x-causeway-subject": "7f" });
    expect(await sent(mesh, 2, { "x-causeway-subject": "f7" })).toEqual({ bad: 1, good: 2 });
  });

  it("answers 503 and says so when no pod of the chosen version is ready", async () => {
    const mesh = meshOf([{ match: uri, route: [to("stable")] }], ["bad"]);
    expect((await mesh.send({ path, headers: {}, bodyFor: () => ({}) })).answer.status).toBe(503);
    expect([...mesh.unanswered]).toEqual([[path, 1]]);
  });
});

describe("metrics that are NaN", () => {
  it("keep their names and labels", () => {
    expect(allNaN('# TYPE a counter\na{b="c d"} 12\ne 0.5\n')).toBe(
      '# TYPE a counter\na{b="c d"} NaN\ne NaN\n',
    );
  });
});
