import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { compileServer } from "../../cli/compile-server";
import { startServer, type ModelServer } from "../../cli/rehearse/servers";
import { modelFolder } from "../harness/fixtures";
import { REPOSITORY } from "../harness/project";
import { goodFeatures, paths } from "../services/model-server/support/server";

/**
 * Somebody sends heads of requests and keeps their bodies back, again and again. While a request
 * counted as in flight from its head, 33 such connections stopped a replica: everybody else got 503,
 * which counted against a version on trial.
 */
describe("connections that withhold their bodies", () => {
  const attackers = 300;
  let folder: string;
  let server: ModelServer;
  let sockets: Socket[] = [];
  let attacking = false;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "causeway-withheld-"));
    compileServer(REPOSITORY, join(folder, "server"));
    writeFileSync(join(folder, "key"), `k1 ${"7".repeat(32)}`, { mode: 0o600 });
    server = await startServer({
      program: join(folder, "server", "server.js"),
      contractFile: join(modelFolder, "model.yaml"),
      releaseFolder: join(modelFolder, "release"),
      keyFile: join(folder, "key"),
      logFile: join(folder, "server.log"),
    });
  });
  afterAll(async () => {
    attacking = false;
    for (const socket of sockets) socket.destroy();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const body = JSON.stringify({ features: goodFeatures });
  const head = `POST ${paths.predict} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;

  /** Opens one connection, and another once the server ends it. */
  function withhold(): void {
    const socket = connect(server.ports.http, "127.0.0.1", () => socket.write(head + body[0]));
    sockets.push(socket);
    socket.resume().on("error", () => undefined);
    socket.on("close", () => {
      sockets = sockets.filter((one) => one !== socket);
      if (attacking) setTimeout(withhold, 5);
    });
  }

  const status = async (path: string, init?: RequestInit) => {
    const answer = await fetch(`http://127.0.0.1:${server.ports.http}${path}`, init);
    await answer.arrayBuffer();
    return answer.status;
  };
  const predict = () =>
    status(paths.predict, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });

  it("keep nobody from an answer, nor the probe, and are no evidence against the version", async () => {
    attacking = true;
    for (let i = 0; i < attackers; i += 1) withhold();
    await sleep(500);
    const answers: number[] = [];
    for (let i = 0; i < 150; i += 1)
      answers.push(await predict(), await status("/v2/health/ready"));
    expect(answers.filter((one) => one !== 200)).toEqual([]);
    attacking = false;
    const metrics = await (await fetch(`http://127.0.0.1:${server.ports.metrics}/metrics`)).text();
    expect(metrics.split("\n").filter((line) => /status="5.* [^0]/.test(line))).toEqual([]);
    const [, closed] = /^causeway_malformed_requests_total\{[^}]*\} (\d+)$/m.exec(metrics) ?? [];
    expect(Number(closed)).toBeGreaterThan(0);
  });
});
