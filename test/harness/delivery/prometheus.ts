import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import * as path from "node:path";
import { z } from "zod";
import { namespaces } from "../../../infra/kubernetes/labels";
import { freePort } from "../cluster/controlPlane";
import { startDaemon } from "../lib/process";
import { listenOnLoopback, type Listening } from "./listen";
import { selects, type Kubelet, type RunningPod } from "./kubelet";
import type { Daemon } from "../lib/process";
import type { JsonObject } from "../lib/json";

const relabeling = z.object({
  action: z.string(),
  sourceLabels: z.array(z.string()),
  regex: z.string(),
});
const monitorSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    podTargetLabels: z.array(z.string()),
    podMetricsEndpoints: z.array(
      z.object({
        port: z.string(),
        path: z.string(),
        interval: z.string(),
        scrapeTimeout: z.string(),
        honorLabels: z.boolean(),
        metricRelabelings: z.array(relabeling).optional(),
      }),
    ),
  }),
});
type Monitor = z.output<typeof monitorSchema>;
const ruleSchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ groups: z.array(z.unknown()) }),
});

const answerSchema = z.object({
  data: z.object({
    result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })),
  }),
});

/** Readiness of Prometheus itself, on an otherwise busy machine. */
const START_TIMEOUT_MS = 60_000;
const RELOAD_TARGETS = "1s";

/**
 * Tells Prometheus which pods there are, as the operator's Kubernetes discovery would: one target
 * for each endpoint of each monitor.
 */
export class Discovery {
  #listening: Listening | undefined;

  constructor(
    private readonly kubelet: Kubelet,
    private readonly monitors: readonly Monitor[],
  ) {}

  async open(): Promise<this> {
    this.#listening = await listenOnLoopback(
      createServer((request, response) => {
        const [, name = "", port = ""] = (request.url ?? "").split("/");
        const monitor = this.monitors.find((candidate) => candidate.metadata.name === name);
        response
          .setHeader("content-type", "application/json")
          .end(JSON.stringify(monitor === undefined ? [] : this.#targets(monitor, port)));
      }),
    );
    return this;
  }

  url(monitor: string, port: string): string {
    return `http://127.0.0.1:${this.#listening?.port ?? 0}/${monitor}/${port}`;
  }

  close(): void {
    this.#listening?.close();
  }

  /**
   * The labels that the operator's relabeling gives: job, namespace, pod, endpoint, and the pod
   * labels that the monitor names.
   */
  #targets({ metadata, spec }: Monitor, port: string): object[] {
    const pods = this.kubelet.pods.filter(
      ({ labels, sidecar }) => sidecar !== undefined && selects(spec.selector.matchLabels, labels),
    );
    return pods.map((pod) => ({
      targets: [`127.0.0.1:${portOf(pod, port)}`],
      labels: {
        job: `${metadata.namespace}/${metadata.name}`,
        // The pod's address and port, which stay when its server restarts.
        instance: `${pod.name}:${port}`,
        namespace: namespaces.models,
        pod: pod.name,
        endpoint: port,
        ...Object.fromEntries(
          spec.podTargetLabels.map((label) => [
            label.replace(/[^A-Za-z0-9_]/g, "_"),
            pod.labels[label] ?? "",
          ]),
        ),
      },
    }));
  }
}

/** The loopback port that stands for a port of the pod: the server's counters, or the proxy's. */
function portOf({ metricsPort, sidecar }: RunningPod, port: string): number {
  return port === "metrics" ? metricsPort : (sidecar?.port ?? 0);
}

/** Reads monitors and rules out of the program's objects. */
export function monitorsIn(objects: readonly JsonObject[]): Monitor[] {
  return objects
    .filter(({ kind }) => kind === "PodMonitor")
    .map((object) => monitorSchema.parse(object));
}

/** A real Prometheus with the program's monitors and rules. */
export class Prometheus {
  #daemon: Daemon | undefined;

  private constructor(
    readonly program: string,
    readonly folder: string,
    readonly port: number,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  static async create(
    program: string,
    folder: string,
    objects: readonly JsonObject[],
    discovery: Discovery,
  ): Promise<Prometheus> {
    const prometheus = new Prometheus(program, folder, await freePort());
    await mkdir(folder, { recursive: true });
    await writeFile(
      path.join(folder, "prometheus.yml"),
      JSON.stringify({
        global: { scrape_interval: "10s" },
        rule_files: ["rules-*.json"],
        scrape_configs: monitorsIn(objects).flatMap((monitor) => scrapeConfigs(monitor, discovery)),
      }),
    );
    const rules = objects
      .filter(({ kind }) => kind === "PrometheusRule")
      .map((object) => ruleSchema.parse(object));
    await Promise.all(
      rules.map(({ metadata, spec }) =>
        writeFile(path.join(folder, `rules-${metadata.name}.json`), JSON.stringify(spec)),
      ),
    );
    return prometheus;
  }

  async start(): Promise<void> {
    this.#daemon = startDaemon(
      "prometheus",
      this.program,
      [
        `--config.file=${path.join(this.folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${path.join(this.folder, "data")}`,
        `--web.listen-address=127.0.0.1:${this.port}`,
        "--log.level=warn",
      ],
      path.join(this.folder, "prometheus.log"),
    );
    const until = Date.now() + START_TIMEOUT_MS;
    while (
      !(await fetch(`${this.url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      if (!this.#daemon.isRunning() || Date.now() > until)
        throw new Error(`Prometheus does not start; its log is ${this.#daemon.logFile}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** The value of a query that returns one, or undefined where it returns none. */
  async query(expression: string): Promise<number | undefined> {
    const answer = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { data } = answerSchema.parse(await answer.json());
    return data.result[0] === undefined ? undefined : Number(data.result[0].value[1]);
  }

  /** Ends it at once, as a lost node would. */
  async kill(): Promise<void> {
    await this.#daemon?.stop("SIGKILL");
  }
}

function scrapeConfigs({ metadata, spec }: Monitor, discovery: Discovery): object[] {
  return spec.podMetricsEndpoints.map(
    (
      { port, path: metricsPath, interval, scrapeTimeout, honorLabels, metricRelabelings = [] },
      i,
    ) => ({
      job_name: `podMonitor/${metadata.namespace}/${metadata.name}/${i}`,
      metrics_path: metricsPath,
      scrape_interval: interval,
      scrape_timeout: scrapeTimeout,
      honor_labels: honorLabels,
      http_sd_configs: [
        { url: discovery.url(metadata.name, port), refresh_interval: RELOAD_TARGETS },
      ],
      metric_relabel_configs: metricRelabelings.map(({ action, sourceLabels, regex }) => ({
        action,
        source_labels: sourceLabels,
        regex,
      })),
    }),
  );
}
