/** @jest-environment ./test/services/model-server/support/environment.ts */
import { bodies } from "./malformed/bodies";
import { columns } from "./malformed/columns";
import { labels } from "./malformed/feedback";
import { predictions } from "./malformed/predictions";
import { features, post } from "./malformed/request";
import { routes } from "./malformed/routes";
import { tensors } from "./malformed/tensors";
import { paths, tensor, testServer, type TestServer } from "./support/server";

const table = [...bodies, ...predictions, ...tensors, ...columns, ...labels, ...routes];

describe("malformed requests", () => {
  let server: TestServer;
  beforeAll(async () => (server = await testServer({ version: "1.0.0" })));

  test("are many", () => expect(table.length).toBeGreaterThanOrEqual(80));

  test.each(table)("%s", async (_title, request, status, code, error) => {
    const response = await server.app.inject(request);
    const body = response.json();
    expect([response.statusCode, body.code, body.error]).toEqual([status, code, error]);
    expect(Object.keys(body)).toEqual(["error", "code", "requestId", "problems"]);
    expect(response.headers["content-type"]).toBe("application/json; charset=utf-8");
  });

  test("lists every wrong field", async () => {
    const response = await server.app.inject(
      post(paths.predict, features({ obrat: 101, mortg: 9, race: 1 })),
    );
    expect(
      response
        .json()
        .problems.map((problem: { code: string; field: string }) => [problem.code, problem.field]),
    ).toEqual([
      ["feature.unknown", "features.race"],
      ["feature.range", "features.obrat"],
      ["feature.category", "features.mortg"],
    ]);
  });

  test("reach neither the model nor the counters of predictions", () => {
    expect(server.counters.batches.value).toBe(0);
    expect(server.counted("causeway_predictions_total", { label: "approve" })).toBe(0);
  });

  test("leave the server as able as before", async () => {
    expect(({} as Record<string, unknown>)["obrat"]).toBeUndefined();
    expect(server.limiter.inFlight).toBe(0);
    expect((await server.app.inject(post(paths.infer, tensor()))).statusCode).toBe(200);
  });
});

describe("failures of the server itself", () => {
  test("say nothing of their inside", async () => {
    const scorer = {
      score: () => Promise.reject(new Error("secret path /srv/model and value 128")),
    };
    const server = await testServer({ scorer });
    const response = await server.app.inject({
      ...post(paths.predict, features({})),
      headers: { "x-request-id": "6f1c2a9e-3b4d-4c5e-8f60-718293a4b5c6" },
    });
    expect([response.statusCode, response.json()]).toEqual([
      500,
      {
        error: "the server failed; the request id finds the reason in its log",
        code: "server.failed",
        requestId: "6f1c2a9e-3b4d-4c5e-8f60-718293a4b5c6",
        problems: [],
      },
    ]);
    expect(JSON.stringify(server.logs)).not.toMatch(/secret|128/);
    expect(server.logs.find((line) => line["level"] === "error")).toMatchObject({
      requestId: "6f1c2a9e-3b4d-4c5e-8f60-718293a4b5c6",
      error: "Error",
      msg: "request failed",
    });
  });
});
