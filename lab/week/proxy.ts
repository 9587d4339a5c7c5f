import { requestsOf } from "../../infra/gates/requests";

/** Upper edges of Istio's histogram of durations, in milliseconds. */
const edges = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/** Median of an answer's time on its way in milliseconds, and the spread of its logarithm. */
const usualTime = { median: 14, spread: 0.45 } as const;

/**
 * The counters of the proxy beside the server, which is not there: requests by status, and
 * durations. The durations are drawn: those of a machine that does a week's work in two minutes say
 * nothing about an answer's time.
 */
export class ProxyCounters {
  readonly #counts: number[] = edges.map(() => 0);
  readonly #statuses = new Map([
    [200, 0],
    [503, 0],
  ]);
  #sum = 0;
  #all = 0;

  constructor(readonly model: string) {}

  /** Counts an answer that waited `more` milliseconds beyond the usual. */
  count(status: number, more: number, random: () => number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    const milliseconds = usualTime.median * Math.exp(usualTime.spread * normal(random)) + more;
    edges.forEach((edge, i) => {
      if (milliseconds <= edge) this.#counts[i] = (this.#counts[i] ?? 0) + 1;
    });
    this.#sum += milliseconds;
    this.#all += 1;
  }

  /** In Prometheus' text format. */
  text(): string {
    const duration = requestsOf(this.model).replace(
      "istio_requests_total",
      "istio_request_duration_milliseconds",
    );
    const of = (suffix: string, le?: string) =>
      duration.replace("{", `${suffix}{`).replace("}", le === undefined ? "}" : `,le="${le}"}`);
    return [
      "# TYPE istio_requests_total counter",
      ...[...this.#statuses].map(
        ([status, count]) =>
          `${requestsOf(this.model, { response_code: String(status) })} ${count}`,
      ),
      "# TYPE istio_request_duration_milliseconds histogram",
      ...edges.map((edge, i) => `${of("_bucket", String(edge))} ${this.#counts[i] ?? 0}`),
      `${of("_bucket", "+Inf")} ${this.#all}`,
      `${of("_sum")} ${this.#sum}`,
      `${of("_count")} ${this.#all}`,
      "",
    ].join("\n");
  }
}

/** A standard normal number (Box and Muller). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
