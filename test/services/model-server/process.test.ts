import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import autocannon from "autocannon";
import { attest } from "../../../cli/release/attestation";
import { testKey } from "../../support/signing";
import { change, changeJson, copiedModel } from "./support/release";
import { modelFolder } from "../../harness/fixtures";
import { paths, root, series, tensor } from "./support/server";

/**
 * The process that the image runs, from the folder that the image holds: nothing of the repository
 * is in reach of it.
 */
describe("the server's process", () => {
  let folder: string;
  const children: ChildProcess[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "causeway-server-"));
    execFileSync(process.execPath, [join(root, "services", "model-server", "build.mjs"), folder]);
  });
  afterAll(() => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  interface Started {
    readonly child: ChildProcess;
    readonly lines: () => Record<string, unknown>[];
    readonly exit: Promise<number | null>;
  }

  function run(variables: Record<string, string> = {}): Started {
    const env = {
      PATH: process.env["PATH"],
      CAUSEWAY_MODEL_FOLDER: modelFolder,
      CAUSEWAY_HTTP_PORT: "0",
      CAUSEWAY_METRICS_PORT: "0",
      CAUSEWAY_HOST: "127.0.0.1",
      ...variables,
    };
    const child = spawn(
      process.execPath,
      ["--max-semi-space-size=8", "--single-threaded-gc", join(folder, "server.js")],
      { env, stdio: ["ignore", "pipe", "pipe"] },
    );
    children.push(child);
    let text = "";
    child.stdout!.on("data", (data) => (text += data));
    const lines = () =>
      text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line));
    return { child, lines, exit: once(child, "close").then(([code]) => code) };
  }

  async function listening(started: Started): Promise<{ http: number; metrics: number }> {
    for (let i = 0; i < 1_500; i += 1) {
      const line = started.lines().find((one) => one["msg"] === "listening");
      if (line) return line as never;
      await sleep(20);
    }
    throw new Error(`did not listen: ${JSON.stringify(started.lines())}`);
  }

  const payload = JSON.stringify(tensor());
  function infer(port: number, agent: Agent): Promise<{ status: number; close: boolean }> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          port,
          host: "127.0.0.1",
          agent,
          method: "POST",
          path: paths.infer,
          headers: { "content-type": "application/json", "content-length": payload.length },
        },
        (response) => {
          response.resume().on("end", () =>
            resolve({
              status: response.statusCode!,
              close: response.headers.connection === "close",
            }),
          );
        },
      );
      sent.on("error", reject).end(payload);
    });
  }

  test("answers a load of 5,000 requests over 16 connections without an error, and counts each answer once", async () => {
    const started = run();
    const { http, metrics } = await listening(started);
    const result = await autocannon({
      url: `http://127.0.0.1:${http}${paths.infer}`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: payload,
      connections: 16,
      amount: 5_000,
    });
    expect([result.errors, result.timeouts, result.mismatches]).toEqual([0, 0, 0]);
    // Under its limit a server answers; above it, it says so at once. Nothing else may happen.
    const shed = result.statusCodeStats?.["503"]?.count ?? 0;
    const answered = result.statusCodeStats?.["200"]?.count ?? 0;
    expect(answered + shed).toBe(5_000);
    const scraped = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    expect(series(scraped, "causeway_requests_total", { operation: "infer", status: "200" })).toBe(
      answered,
    );
    console.log(
      `${Math.round(result.requests.average)} requests/s, p99 ${result.latency.p99} ms, ${shed} shed`,
    );
    started.child.kill("SIGTERM");
    expect(await started.exit).toBe(0);
  });

  test("drains on SIGTERM under load: readiness goes first, every request that was sent is answered, exit code 0", async () => {
    const started = run();
    const { http } = await listening(started);
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    let [answered, failed, forgotten] = [0, 0, false];
    const caller = async () => {
      while (!forgotten) {
        try {
          const { status } = await infer(http, agent);
          if (status === 200) answered += 1;
          else failed += 1;
        } catch {
          failed += 1;
        }
      }
    };
    const callers = Array.from({ length: 16 }, caller);
    await sleep(400);
    const before = answered;
    started.child.kill("SIGTERM");
    // A load balancer that looks every 20 ms.
    for (let i = 0; i < 200 && !forgotten; i += 1) {
      await sleep(20);
      forgotten = (await fetch(`http://127.0.0.1:${http}/v2/health/ready`)).status === 503;
    }
    await Promise.all(callers);
    agent.destroy();
    expect(await started.exit).toBe(0);
    expect([before > 0, answered > before, failed]).toEqual([true, true, 0]);
    expect(
      started
        .lines()
        .map((line) => line["msg"])
        .slice(-1),
    ).toEqual(["drained"]);
    await expect(fetch(`http://127.0.0.1:${http}/v2/health/live`)).rejects.toThrow();
  });

  test("asks connections to close while it drains, and still answers those that nobody told", async () => {
    const started = run();
    const { http } = await listening(started);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await infer(http, agent)).toEqual({ status: 200, close: false });
    started.child.kill("SIGTERM");
    await sleep(100);
    expect(await infer(http, agent)).toEqual({ status: 200, close: true });
    agent.destroy();
    expect(await started.exit).toBe(0);
  });

  test("starts in less than a second of processor time, shows its counters on the metrics port, and stays below 150 MB", async () => {
    const started = run();
    const { http, metrics } = await listening(started);
    // Processor time, not wall time: other tests run meanwhile.
    const scrape = async () => (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    expect(series(await scrape(), "process_cpu_seconds_total", {})).toBeLessThan(1);
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    for (let i = 0; i < 100; i += 1)
      await Promise.all(Array.from({ length: 8 }, () => infer(http, agent)));
    agent.destroy();
    const text = await scrape();
    expect(series(text, "causeway_predictions_total", { label: "approve" })).toBe(800);
    expect(series(text, "causeway_build_info", {})).toBe(1);
    expect(series(text, "process_resident_memory_bytes", {})).toBeLessThan(150e6);
    expect((await fetch(`http://127.0.0.1:${http}/metrics`)).status).toBe(404);
    started.child.kill("SIGINT");
    expect(await started.exit).toBe(0);
  });

  describe("refuses to start, says why and exits with 2", () => {
    async function refusal(variables: Record<string, string>): Promise<string> {
      const started = run(variables);
      expect(await started.exit).toBe(2);
      const [last] = started.lines().slice(-1);
      expect(Object.keys(last!)).toEqual(["level", "time", "msg"]);
      expect(last!["level"]).toBe("fatal");
      expect(last!["msg"]).not.toContain("\n");
      return String(last!["msg"]);
    }

    test("on a model that is not the manifest's", async () => {
      const copy = copiedModel();
      change(join(copy, "release", "model.onnx"), (bytes) => bytes.subarray(1));
      expect(await refusal({ CAUSEWAY_MODEL_FOLDER: copy })).toMatch(
        /^\S+\/release: digest of model\.onnx: got "sha256:[0-9a-f]{64}", allowed: sha256:[0-9a-f]{64}, as was attested; /,
      );
    });

    test("on a release that nobody signed, or another than the trusted key, where one is given", async () => {
      const [copy, trusted] = [copiedModel(), testKey("p256")];
      const key = join(copy, "trusted.pem");
      writeFileSync(key, trusted.publicKey);
      const variables = { CAUSEWAY_MODEL_FOLDER: copy, CAUSEWAY_TRUSTED_KEYS_FILE: key };
      expect(await refusal(variables)).toMatch(
        /signature of attestation\.json: got nothing, allowed: a signature by one of the trusted keys$/,
      );
      attest(join(copy, "release"), [testKey("p256").signer]);
      expect(await refusal(variables)).toMatch(
        /signature of attestation\.json: got \[ ?"sha256:[0-9a-f]{64}" ?\], allowed: a signature by one of the trusted keys$/,
      );
    });

    test("on a contract with another signature", async () => {
      const copy = copiedModel();
      change(join(copy, "model.yaml"), (text) =>
        Buffer.from(text.toString().replace(/^ {2}- \{ name: gift.*\n/m, "")),
      );
      expect(await refusal({ CAUSEWAY_MODEL_FOLDER: copy })).toContain("reference.json: features");
    });

    test("on a manifest that is no manifest", async () => {
      const copy = copiedModel();
      changeJson(join(copy, "release", "manifest.json"), (manifest) => delete manifest.digests);
      expect(await refusal({ CAUSEWAY_MODEL_FOLDER: copy })).toContain(
        "manifest.json: digests: got nothing",
      );
    });

    test("in prod without the shared secret, and without a model at all", async () => {
      const inProd = await refusal({ CAUSEWAY_ENVIRONMENT: "prod" });
      expect(inProd).toContain("CAUSEWAY_KEY_FILE: got nothing");
      expect(inProd).toContain("CAUSEWAY_TRUSTED_KEYS_FILE: got nothing");
      const nothing = join(folder, "nothing");
      expect(await refusal({ CAUSEWAY_MODEL_FOLDER: nothing })).toBe(
        `${nothing}/model.yaml: (whole input): got "ENOENT", allowed: a file that can be read: CAUSEWAY_MODEL_FOLDER or CAUSEWAY_CONTRACT_FILE names it`,
      );
    });

    test("and never shows the secret", async () => {
      const key = join(folder, "key");
      writeFileSync(key, "hunter2-hunter2");
      expect(await refusal({ CAUSEWAY_KEY_FILE: key })).not.toContain("hunter2");
      expect(readFileSync(key, "utf8")).toBe("hunter2-hunter2");
      writeFileSync(key, `k1 ${"hunter2-".repeat(5)}\nk2 hunter2-and-a-blank hunter2-hunter2\n`);
      expect(await refusal({ CAUSEWAY_KEY_FILE: key })).toBe(
        `the environment: CAUSEWAY_KEY_FILE: got "${key}, line 2: something else", allowed: a version of the key such as \`k1 <32 or more characters>\`, each once`,
      );
    });

    test("on an address that is not this machine's", async () => {
      expect(await refusal({ CAUSEWAY_HOST: "203.0.113.9" })).toBe(
        'the environment: CAUSEWAY_HOST: got "203.0.113.9", allowed: an address of this machine, such as 0.0.0.0',
      );
    });
  });

  test("exits with 1 when its port is taken, and says which in one line", async () => {
    const first = run();
    const { http } = await listening(first);
    for (const variable of ["CAUSEWAY_HTTP_PORT", "CAUSEWAY_METRICS_PORT"]) {
      const second = run({ [variable]: String(http) });
      expect(await second.exit).toBe(1);
      const { time, ...last } = second.lines().at(-1)!;
      expect(typeof time).toBe("string");
      expect(last).toEqual({
        level: "fatal",
        msg: `the environment: ${variable}: got ${http}, allowed: a port of 127.0.0.1 that no other process holds`,
      });
    }
    first.child.kill("SIGTERM");
    expect(await first.exit).toBe(0);
  });
});
