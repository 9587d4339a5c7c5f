import { requestsOf } from "../../infra/gates/requests";
import { namespaces } from "../../infra/kubernetes/labels";
import type { Sample } from "../../cli/rehearse/scrape";
import type { ModelServer } from "../../cli/rehearse/servers";
import type { Recorder } from "../../cli/rehearse/workspace";
import type { CountAnswer } from "../../cli/rehearse/trial";
import { instantOf } from "../week/calendar";
import { stale } from "../week/remote-write";
import { labelKey, type Series, type SeriesLabels } from "../week/series";

/** Real milliseconds between two scrapes. */
export const tickMilliseconds = 500;
/**
 * How many times longer than it was the recording says that it took: a tick stands for a minute,
 * the pace at which rules are made.
 */
export const stretch = 60_000 / tickMilliseconds;

/**
 * Ticks without an answer after which the recording stands still: a training that nobody waits for
 * would fill most of the picture.
 */
const quietTicks = 8;

/** Upper edges of Istio's histogram of durations, in milliseconds. */
const edges = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

interface Followed {
  readonly server: ModelServer;
  /** Labels that the monitor of the pods would add. */
  readonly pod: SeriesLabels;
  readonly proxy: ProxyCounts;
  present: SeriesLabels[];
}

/**
 * Scrapes the servers of a rehearsal while it runs, and counts for each what the proxy beside it
 * would.
 */
export class Recording implements Recorder {
  readonly #series = new Map<string, Series>();
  readonly #followed = new Set<Followed>();
  readonly #timer: NodeJS.Timeout;
  #tick = 0;
  #servers = 0;
  #busy = false;
  /** Ticks since the last answer, or since a server started. */
  #quiet = quietTicks;

  constructor(readonly model: string) {
    this.#timer = setInterval(() => void this.#scrape(), tickMilliseconds);
  }

  follow(server: ModelServer, version: string): CountAnswer {
    this.#servers += 1;
    this.#quiet = 0;
    const hash = `v${this.#servers}`;
    const pod = {
      namespace: namespaces.models,
      container: "server",
      pod: `${this.model}-${hash}-rehearsed`,
      rollouts_pod_template_hash: hash,
    };
    const proxy = new ProxyCounts(this.model, version);
    this.#followed.add({ server, pod, proxy, present: [] });
    return (status, milliseconds) => {
      this.#quiet = 0;
      proxy.count(status, milliseconds);
    };
  }

  /** Ends the recording: everything, and the last instant in milliseconds since the epoch. */
  stop(): { readonly series: Series[]; readonly until: number } {
    clearInterval(this.#timer);
    return { series: [...this.#series.values()], until: instantOf(this.#tick) };
  }

  async #scrape(): Promise<void> {
    if (this.#quiet >= quietTicks) return;
    this.#quiet += 1;
    this.#tick += 1;
    // A scrape that takes longer than a tick leaves one out, as a scrape that fails does.
    if (this.#busy) return;
    this.#busy = true;
    const time = instantOf(this.#tick);
    for (const followed of [...this.#followed]) {
      const scraped = await followed.server.scrape().catch(() => undefined);
      if (scraped === undefined) this.#end(followed, time);
      else
        followed.present = [...scraped.samples, ...followed.proxy.samples()].map((sample) =>
          this.#put(sample, followed.pod, time),
        );
    }
    this.#busy = false;
  }

  #put({ name, labels, value }: Sample, pod: SeriesLabels, time: number): SeriesLabels {
    const all = { ...labels, ...pod, __name__: name };
    const key = labelKey(all);
    const series: Series = this.#series.get(key) ?? { labels: all, times: [], values: [] };
    this.#series.set(key, series);
    series.times.push(time);
    series.values.push(value);
    return all;
  }

  /** A pod that is gone ends its series, as Prometheus marks them. */
  #end(followed: Followed, time: number): void {
    this.#followed.delete(followed);
    for (const labels of followed.present) {
      const series = this.#series.get(labelKey(labels));
      series?.times.push(time);
      series?.values.push(stale);
    }
  }
}

/** Answers by status and duration, under the names and labels of Istio's proxies. */
class ProxyCounts {
  readonly #statuses = new Map<number, number>([[200, 0]]);
  readonly #within = edges.map(() => 0);
  readonly #labels: SeriesLabels;
  #all = 0;
  #sum = 0;

  constructor(model: string, version: string) {
    const matchers = [...requestsOf(model).matchAll(/(\w+)="([^"]*)"/g)].map(
      ([, label = "", value = ""]) => [label, value] as const,
    );
    this.#labels = { ...Object.fromEntries(matchers), destination_version: version };
  }

  count(status: number, milliseconds: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    edges.forEach(
      (edge, i) => milliseconds <= edge && (this.#within[i] = (this.#within[i] ?? 0) + 1),
    );
    this.#all += 1;
    this.#sum += milliseconds;
  }

  samples(): Sample[] {
    const duration = "istio_request_duration_milliseconds";
    const bucket = (le: string, value: number) => ({
      name: `${duration}_bucket`,
      labels: { ...this.#labels, le },
      value,
    });
    return [
      ...[...this.#statuses].map(([status, value]) => ({
        name: "istio_requests_total",
        labels: { ...this.#labels, response_code: String(status) },
        value,
      })),
      ...edges.map((edge, i) => bucket(String(edge), this.#within[i] ?? 0)),
      bucket("+Inf", this.#all),
      { name: `${duration}_sum`, labels: this.#labels, value: this.#sum },
      { name: `${duration}_count`, labels: this.#labels, value: this.#all },
    ];
  }
}
