import { createServer, type Server } from "node:http";
import { Loopback } from "../../../cli/rehearse/http";
import type { Answer } from "../../../cli/rehearse/router";
import { listenOnLoopback, type Listening } from "./listen";

/** Upper edges of Istio's histogram of milliseconds. */
const edges = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000,
] as const;

/**
 * Status of an answer that the proxy gave itself, because the server was gone; Istio marks it with
 * a flag.
 */
const unreachable = 502;

/** Ports of the server in a pod. */
export interface ServerPorts {
  readonly http: number;
  readonly metrics: number;
}

export interface SidecarOptions {
  /** Values of `destination_workload_namespace` and `destination_canonical_service`. */
  readonly namespace: string;
  readonly service: string;
  readonly ports: ServerPorts;
  /** Whether everything that the pod shows is NaN. */
  readonly showsNaN: boolean;
}

/**
 * Stands in for the proxy beside one server: passes requests on, counts answers as Istio does, and
 * shows the counts to Prometheus.
 */
export class Sidecar {
  #server: Loopback;
  #counters: Loopback;
  readonly #requests = new Map<number, number>();
  readonly #durations = new Map<number, { readonly buckets: number[]; sum: number }>();
  #listening: Listening | undefined;

  constructor(readonly options: SidecarOptions) {
    this.#server = new Loopback(options.ports.http);
    this.#counters = new Loopback(options.ports.metrics);
  }

  /** Port on which the proxy shows its counts, and the server's where they are NaN. */
  get port(): number {
    return this.#listening?.port ?? 0;
  }

  async open(): Promise<this> {
    this.#listening = await listenOnLoopback(this.#exporter());
    return this;
  }

  /** Passes on to the next server of the pod; what the proxy has counted, it keeps. */
  serve(ports: ServerPorts): void {
    this.#server.close();
    this.#counters.close();
    this.#server = new Loopback(ports.http);
    this.#counters = new Loopback(ports.metrics);
  }

  /** Whether the server says that it is ready. */
  ready(): Promise<boolean> {
    return this.#server.get("/v2/health/ready").then(
      () => true,
      () => false,
    );
  }

  async handle(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: unknown,
  ): Promise<Answer> {
    const from = performance.now();
    const answer = await this.#server.post(path, body, headers);
    this.#count(answer.status, performance.now() - from);
    return answer;
  }

  close(): void {
    this.#server.close();
    this.#counters.close();
    this.#listening?.close();
  }

  #count(status: number, milliseconds: number): void {
    this.#requests.set(status, (this.#requests.get(status) ?? 0) + 1);
    const of = this.#durations.get(status) ?? { buckets: edges.map(() => 0), sum: 0 };
    edges.forEach((edge, i) => milliseconds <= edge && (of.buckets[i] = (of.buckets[i] ?? 0) + 1));
    of.sum += milliseconds;
    this.#durations.set(status, of);
  }

  #exporter(): Server {
    return createServer((request, response) => {
      const shown =
        request.url === "/metrics"
          ? this.#counters.get("/metrics")
          : Promise.resolve(this.#exposition());
      shown.then(
        (text) =>
          response
            .setHeader("content-type", "text/plain; version=0.0.4")
            .end(this.options.showsNaN ? allNaN(text) : text),
        () => response.writeHead(503).end(),
      );
    });
  }

  #exposition(): string {
    const { namespace, service } = this.options;
    const labels = (status: number): string =>
      `reporter="destination",destination_workload_namespace="${namespace}",destination_canonical_service="${service}",request_protocol="http",response_code="${status}",response_flags="${status === unreachable ? "UC" : "-"}"`;
    const requests = [...this.#requests].map(
      ([status, count]) => `istio_requests_total{${labels(status)}} ${count}`,
    );
    const durations = [...this.#durations].flatMap(([status, { buckets, sum }]) => {
      const all = this.#requests.get(status) ?? 0;
      const family = "istio_request_duration_milliseconds";
      return [
        ...edges.map(
          (edge, i) => `${family}_bucket{${labels(status)},le="${edge}"} ${buckets[i] ?? 0}`,
        ),
        `${family}_bucket{${labels(status)},le="+Inf"} ${all}`,
        `${family}_sum{${labels(status)}} ${sum}`,
        `${family}_count{${labels(status)}} ${all}`,
      ];
    });
    return [
      "# TYPE istio_requests_total counter",
      ...requests,
      "# TYPE istio_request_duration_milliseconds histogram",
      ...durations,
      "",
    ].join("\n");
  }
}

/** The same series, none of which says anything. */
export function allNaN(exposition: string): string {
  return exposition.replace(/^([^#\n].*) \S+$/gm, "$1 NaN");
}
