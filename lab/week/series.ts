/** Labels of a series, its name as `__name__` included. */
export type SeriesLabels = Readonly<Record<string, string>>;

/** One series: times in milliseconds since the epoch, ascending, and as many values. */
export interface Series {
  readonly labels: SeriesLabels;
  readonly times: number[];
  readonly values: number[];
}

/** The same text for the same labels, in whatever order they are. */
export function labelKey(labels: SeriesLabels): string {
  return Object.keys(labels)
    .sort()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`)
    .join(",");
}

/**
 * Collects scrapes in Prometheus' text format, each at its simulated time. The text before a value
 * is the same at each scrape, so it is read once. Throws Error on a line that is not of the format.
 */
export class Scrapes {
  readonly #series = new Map<string, Series>();

  add(text: string, time: number): void {
    for (const line of text.split("\n")) {
      if (line === "" || line.startsWith("#")) continue;
      const at = line.lastIndexOf(" ");
      const head = line.slice(0, at);
      let series = this.#series.get(head);
      if (series === undefined)
        this.#series.set(head, (series = { labels: labelsOf(head), times: [], values: [] }));
      const value = line.slice(at + 1);
      series.times.push(time);
      series.values.push(
        value === "+Inf" ? Infinity : value === "-Inf" ? -Infinity : Number(value),
      );
    }
  }

  /** What was collected since the last call. */
  take(): Series[] {
    const taken = [...this.#series.values()]
      .filter(({ times }) => times.length > 0)
      .map(({ labels, times, values }) => ({
        labels,
        times: times.splice(0),
        values: values.splice(0),
      }));
    return taken;
  }
}

function labelsOf(head: string): SeriesLabels {
  const match = /^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})?$/.exec(head);
  if (!match) throw new Error(`not a line of a scrape: ${head.slice(0, 120)}`);
  const [, name = "", labels = ""] = match;
  const pairs = [...labels.matchAll(/([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"/g)].map(
    ([, key = "", text = ""]) => [
      key,
      text.replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c)),
    ],
  );
  return { __name__: name, ...Object.fromEntries(pairs) };
}
