import type { HttpRequest } from "../../../services/delivery/connection";
import { regionAt } from "../../../services/delivery/rollout";
import { contract } from "../../support/rollouts";

const rollout = {
  metadata: { resourceVersion: "7", generation: 2, labels: {} },
  spec: {
    template: {
      metadata: { labels: {}, annotations: {} },
      spec: { containers: [{ name: "server", image: "registry.example.com/m@sha256:a" }] },
    },
  },
};
const path = `/apis/argoproj.io/v1alpha1/namespaces/causeway-models/rollouts/${contract.name}`;

/** An API server that gives one answer to all. */
function server(status: number, body: unknown) {
  const requests: HttpRequest[] = [];
  const region = regionAt(
    "eu-west-1",
    async (request) => {
      requests.push(request);
      return Promise.resolve({ status, text: JSON.stringify(body) });
    },
    contract.name,
  );
  return { region, requests };
}

describe("the promoter's own region", () => {
  test("is the model's Rollout, read and patched as the promoter", async () => {
    const { region, requests } = server(200, rollout);
    expect(await region.read()).toMatchObject(rollout);
    const operations = [{ op: "test", path: "/metadata/resourceVersion", value: "7" }] as const;
    await region.patch(operations);
    expect(requests).toEqual([
      { method: "GET", path },
      {
        method: "PATCH",
        path: `${path}?fieldManager=causeway-promoter`,
        body: JSON.stringify(operations),
        contentType: "application/json-patch+json",
      },
    ]);
  });

  test("says in the server's words why it may not, and takes no object that is none of ours", async () => {
    await expect(server(403, { message: "rollouts is forbidden" }).region.read()).rejects.toThrow(
      `eu-west-1: GET ${path} answered 403: {"message":"rollouts is forbidden"}`,
    );
    await expect(server(409, { message: "conflict" }).region.patch([])).rejects.toThrow(
      /PATCH .* answered 409/,
    );
    await expect(server(200, { kind: "Status" }).region.read()).rejects.toThrow();
  });
});
