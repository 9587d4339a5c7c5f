import { clusterFindings } from "../../../cli/doctor/cluster";
import { imageRegistryFindings } from "../../../cli/doctor/registry";
import type { ClusterConfig } from "../../../infra/stack/schema";

afterEach(() => jest.restoreAllMocks());

const answering = (status: number, text: string) =>
  clusterFindings(() => Promise.resolve({ server: "https://api", answer: { status, text } }));

describe("the cluster of the kubeconfig", () => {
  it("answers with a version that the platform knows", async () => {
    expect(await answering(200, '{"gitVersion": "v1.36.3"}')).toMatchObject([
      { verdict: "ok", says: "https://api answers" },
      { verdict: "ok", says: "1.36.3" },
    ]);
  });

  it("is too old", async () => {
    const [, version] = await answering(200, '{"gitVersion": "v1.29.0"}');
    expect(version).toMatchObject({
      verdict: "problem",
      says: expect.stringMatching(/^is 1\.29\.0, allowed: 1\.\d+/),
    });
  });

  it("tells nothing", async () => {
    expect(await answering(403, "{}")).toMatchObject([{ verdict: "cannot tell" }]);
  });

  it("is not there", async () => {
    const refused = clusterFindings(() => Promise.reject(new Error("cannot be reached\nmore")));
    expect(await refused).toMatchObject([{ verdict: "problem", says: "cannot be reached" }]);
  });
});

describe("the registries of a cluster's images", () => {
  const config = (...images: readonly (string | undefined)[]) =>
    ({ models: images.map((image) => ({ name: "m", image })) }) as ClusterConfig;
  const fetched = (...answers: readonly (number | Error)[]) => {
    const spy = jest.spyOn(globalThis, "fetch");
    for (const answer of answers)
      if (answer instanceof Error) spy.mockRejectedValueOnce(answer);
      else spy.mockResolvedValueOnce(new Response(null, { status: answer }));
    return spy;
  };

  it("are asked once each, and a login that is missing is an answer", async () => {
    const spy = fetched(401, 200);
    const images = ["registry.example.com/a@sha256:x", "registry.example.com/b:1", "team/c:1"];
    expect(await imageRegistryFindings(config(...images))).toMatchObject([
      { subject: "registry.example.com", verdict: "ok" },
      { subject: "registry-1.docker.io", verdict: "ok" },
    ]);
    expect(spy.mock.calls.map(([url]) => url)).toEqual([
      "https://registry.example.com/v2/",
      "https://registry-1.docker.io/v2/",
    ]);
  });

  it("are no registry, or do not answer", async () => {
    fetched(404, new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") }));
    expect(await imageRegistryFindings(config("a.example.com/x", "b.example.com/x"))).toMatchObject(
      [
        { subject: "a.example.com", verdict: "problem" },
        { subject: "b.example.com", verdict: "cannot tell" },
      ],
    );
  });

  it("are none where the nodes have the images", async () => {
    const spy = fetched();
    expect(await imageRegistryFindings(config(undefined))).toMatchObject([{ verdict: "ok" }]);
    expect(spy).not.toHaveBeenCalled();
  });
});
