import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { freePort } from "../../test/harness/cluster/controlPlane";
import { startDaemon, type Daemon } from "../../test/harness/lib/process";
import { writeRequest } from "./remote-write";
import type { Series } from "./series";

const matrix = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("matrix"),
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
});
const snapshotAnswer = z.object({
  status: z.literal("success"),
  data: z.object({ name: z.string() }),
});

/** Samples of one request; a body of 4 MB is read at once. */
const samplesPerWrite = 200_000;

const startPatienceMilliseconds = 60_000;

export interface PrometheusOptions {
  /** The program. */
  readonly command: string;
  /** Folder of its data, configuration and log. */
  readonly folder: string;
  /** Configuration as JSON, which is YAML. */
  readonly configuration: unknown;
  /** Folder of blocks to start from. */
  readonly from?: string;
}

/** A Prometheus of our own on loopback. */
export class Prometheus {
  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly daemon: Daemon,
  ) {}

  static async start({
    command,
    folder,
    configuration,
    from,
  }: PrometheusOptions): Promise<Prometheus> {
    mkdirSync(folder, { recursive: true });
    const data = join(folder, "data");
    if (from !== undefined) cpSync(from, data, { recursive: true });
    writeFileSync(join(folder, "prometheus.json"), JSON.stringify(configuration));
    const port = await freePort();
    const daemon = startDaemon(
      "prometheus",
      command,
      [
        `--config.file=${join(folder, "prometheus.json")}`,
        `--storage.tsdb.path=${data}`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--storage.tsdb.retention.time=10y",
        "--web.enable-remote-write-receiver",
        "--web.enable-admin-api",
        // A day of the past is written at a time, and only the newest half of a block may still be
        // written to.
        "--storage.tsdb.min-block-duration=3d",
        "--storage.tsdb.max-block-duration=3d",
        "--query.max-samples=200000000",
        "--log.level=warn",
      ],
      join(folder, "prometheus.log"),
    );
    const prometheus = new Prometheus(folder, port, daemon);
    await prometheus.#ready();
    return prometheus;
  }

  async #ready(): Promise<void> {
    const until = Date.now() + startPatienceMilliseconds;
    while (Date.now() < until && this.daemon.isRunning()) {
      if (
        await fetch(this.#url("/-/ready")).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return;
      await sleep(50);
    }
    await this.stop();
    throw new Error(`prometheus did not get ready; its log is ${this.daemon.logFile}`);
  }

  #url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** JSON of an API path. Throws Error with Prometheus' own message. */
  async get(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> {
    return this.#answer(
      path,
      Object.keys(parameters).length === 0
        ? {}
        : { method: "POST", body: new URLSearchParams(parameters) },
    );
  }

  async #answer(
    path: string,
    init: {
      readonly method?: string;
      readonly body?: URLSearchParams | Uint8Array<ArrayBuffer>;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<unknown> {
    // Compressing on loopback costs more than it saves.
    const answer = await fetch(this.#url(path), {
      ...init,
      headers: { "accept-encoding": "identity", ...init.headers },
    });
    if (!answer.ok)
      throw new Error(`${path}: ${answer.status} ${(await answer.text()).slice(0, 400)}`);
    return answer.status === 204 ? undefined : answer.json();
  }

  /**
   * What an expression is at each step; times in milliseconds since the epoch, the last included.
   */
  async queryRange(expr: string, from: number, to: number, stepSeconds: number): Promise<Series[]> {
    const answer = await this.get("/api/v1/query_range", {
      query: expr,
      start: String(from / 1_000),
      end: String(to / 1_000),
      step: String(stepSeconds),
    });
    return matrix.parse(answer).data.result.map(({ metric, values }) => ({
      labels: metric,
      times: values.map(([time]) => time * 1_000),
      values: values.map(([, value]) => numberOf(value)),
    }));
  }

  /** Stores samples as if they had been scraped, or recorded, at their times. */
  async write(series: readonly Series[]): Promise<void> {
    let [batch, samples]: [Series[], number] = [[], 0];
    const send = async () => {
      if (batch.length === 0) return;
      const headers = {
        "content-type": "application/x-protobuf",
        "content-encoding": "snappy",
        "x-prometheus-remote-write-version": "0.1.0",
      };
      await this.#answer("/api/v1/write", {
        method: "POST",
        headers,
        body: new Uint8Array(writeRequest(batch)),
      });
      [batch, samples] = [[], 0];
    };
    for (const one of series) {
      batch.push(one);
      samples += one.times.length;
      if (samples >= samplesPerWrite) await send();
    }
    await send();
  }

  /** Everything so far as blocks; resolves with their folder. */
  async snapshot(): Promise<string> {
    const { data } = snapshotAnswer.parse(
      await this.#answer("/api/v1/admin/tsdb/snapshot", { method: "POST" }),
    );
    return join(this.folder, "data", "snapshots", data.name);
  }

  stop(): Promise<void> {
    return this.daemon.stop();
  }
}

function numberOf(text: string): number {
  return text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text);
}
