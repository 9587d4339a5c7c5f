import { join } from "node:path";
import { ruleGroups } from "../../infra/observability/rules";
import type { RuleGroup } from "../../infra/gates/rule";
import type { Contract } from "../../services/contract/contract";
import { randomFrom } from "../../cli/rehearse/random";
import type { Application } from "../../cli/rehearse/rows";
import { startServer, type ModelServer, type ServerOptions } from "../../cli/rehearse/servers";
import { instantOf, minutesPerDay, minutesPerWeek, type Minute } from "./calendar";
import { baselines, ownDetectors, type Detector } from "./detectors";
import { Evaluation, type Watch } from "./evaluate";
import type { Scenario } from "./events";
import { liveScrape } from "./live-scrape";
import { Prometheus } from "./prometheus";
import type { ScenarioResult, ScrapeResult, WeekResult } from "./result";
import { scenariosOf } from "./scenarios";
import { scoresOf, toldIn, type Found, type Trials } from "./scores";
import { Scrapes } from "./series";
import { Traffic, type TrafficOptions } from "./traffic";

/** Days of the first clean week that nothing is counted in: the window of drift fills. */
const warmUpDays = 1;

/** Applications on a Wednesday of the clean stretch that has few. */
const fewPerDay = 300;
const fewDays = 8;

export interface WeekOptions {
  readonly contract: Contract;
  readonly applications: readonly Application[];
  readonly server: Omit<ServerOptions, "logFile">;
  /** The program. */
  readonly prometheus: string;
  /** Folder for data and logs. */
  readonly work: string;
  readonly seed: number;
  /** Clean weeks before the events. */
  readonly weeks: number;
  /** Applications on a usual Wednesday. */
  readonly perDay: number;
  readonly line: (text: string) => void;
}

/**
 * Clean weeks, a clean week with few applications, and a scenario for each event, all through one
 * kind of server and Prometheus.
 */
export class Week {
  readonly #groups: RuleGroup[];
  readonly #watches: Watch[];
  readonly #detectors: Detector[];
  #servers = 0;
  readonly #totals = { predictions: 0, labels: 0, queries: 0 };
  readonly #from = performance.now();

  constructor(readonly options: WeekOptions) {
    const compared = baselines(options.contract);
    // Gates of a delivery compare versions, and here is one.
    this.#groups = ruleGroups(options.contract).filter(({ name }) => !name.endsWith("-trial"));
    this.#watches = compared.map(({ watch }) => watch);
    this.#detectors = [...ownDetectors(this.#groups), ...compared];
  }

  async run(): Promise<WeekResult> {
    const { weeks, perDay, seed, contract } = this.options;
    const scrape = await this.#scrape();
    const few = await this.#few();
    const clean = await this.#clean();
    const start = weeks * minutesPerWeek;
    const scenarios = await this.#scenarios(start, clean);
    const stretch = { from: warmUpDays * minutesPerDay, to: start };
    const scores = scoresOf({
      detectors: this.#detectors,
      clean: { found: clean.found, stretch },
      few: {
        found: few,
        stretch: { from: warmUpDays * minutesPerDay, to: fewDays * minutesPerDay },
      },
      scenarios,
    });
    return {
      model: contract.name,
      seed,
      weeks,
      perDay,
      fewPerDay,
      cleanDays: weeks * 7 - warmUpDays,
      ...this.#totals,
      scrape,
      scores,
      clean: { length: start, told: toldIn(this.#detectors, clean.found, { from: 0, to: start }) },
      scenarios: scenarios.map(({ name, length, events, told }) => ({
        name,
        length,
        told,
        events: events.map(({ effects: _, ...event }) => event),
      })),
      seconds: (performance.now() - this.#from) / 1_000,
    };
  }

  /** A real scrape in real time, to see that what is simulated is what a pod exports. */
  async #scrape(): Promise<ScrapeResult> {
    const scrape = await this.#withServer((server) =>
      liveScrape(
        this.options.prometheus,
        join(this.options.work, "live"),
        this.#trafficOptions(server, "live", this.options.perDay),
      ),
    );
    this.options.line(
      `real scrapes: ${scrape.scrapes} of ${scrape.series} series, ${scrape.families} metrics as declared, ${scrape.rules} rules without an error`,
    );
    return scrape;
  }

  /** One scenario after the other, each from the end of the clean weeks; ends their traffic. */
  async #scenarios(
    start: Minute,
    clean: { readonly blocks: string; readonly traffic: Traffic },
  ): Promise<(Trials["scenarios"][number] & ScenarioResult)[]> {
    const scenarios: (Trials["scenarios"][number] & ScenarioResult)[] = [];
    for (const scenario of scenariosOf(this.options.contract)) {
      const found = await this.#scenario(scenario, start, clean);
      const length = scenario.days * minutesPerDay;
      scenarios.push({
        name: scenario.name,
        length,
        start,
        events: scenario.events,
        found,
        told: toldIn(this.#detectors, found, { from: start, to: start + length }),
      });
      this.options.line(`scenario "${scenario.name}": ${scenario.days} days`);
    }
    clean.traffic.close();
    return scenarios;
  }

  #trafficOptions(server: ModelServer, name: string, perDay: number): TrafficOptions {
    const { contract, applications, seed } = this.options;
    return { contract, server, applications, perDay, random: randomFrom(`${seed} ${name}`) };
  }

  async #withServer<T>(work: (server: ModelServer) => Promise<T>): Promise<T> {
    this.#servers += 1;
    const server = await startServer({
      ...this.options.server,
      logFile: join(this.options.work, `server-${this.#servers}.log`),
    });
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  }

  async #withPrometheus<T>(
    name: string,
    from: string | undefined,
    work: (prometheus: Prometheus) => Promise<T>,
  ): Promise<T> {
    const prometheus = await Prometheus.start({
      command: this.options.prometheus,
      folder: join(this.options.work, name),
      configuration: { global: {} },
      ...(from !== undefined && { from }),
    });
    try {
      return await work(prometheus);
    } finally {
      await prometheus.stop();
    }
  }

  async #clean(): Promise<{
    readonly found: Found;
    readonly blocks: string;
    readonly traffic: Traffic;
  }> {
    return this.#withServer((server) =>
      this.#withPrometheus("clean", undefined, async (prometheus) => {
        const traffic = new Traffic(this.#trafficOptions(server, "clean", this.options.perDay));
        const found = await this.#live(
          prometheus,
          traffic,
          new Evaluation(this.#groups, this.#watches),
          0,
          this.options.weeks * 7,
          "clean",
        );
        return { found, traffic, blocks: await prometheus.snapshot() };
      }),
    );
  }

  /** Drift alone: what few applications make hard. */
  #few(): Promise<Found> {
    return this.#withServer((server) =>
      this.#withPrometheus("few", undefined, async (prometheus) => {
        const traffic = new Traffic(this.#trafficOptions(server, "few", fewPerDay));
        const groups = this.#groups.filter(
          ({ name }) => name.endsWith("-rates") || name.endsWith("-drift"),
        );
        const watches = this.#watches.filter(({ name }) => /, (feature|score)$/.test(name));
        const found = await this.#live(
          prometheus,
          traffic,
          new Evaluation(groups, watches),
          0,
          fewDays,
          "few applications",
        );
        traffic.close();
        return found;
      }),
    );
  }

  /**
   * A scenario begins where the clean weeks end, with their blocks and the labels still on their
   * way, and a server that was started anew.
   */
  #scenario(
    scenario: Scenario,
    start: Minute,
    clean: { readonly blocks: string; readonly traffic: Traffic },
  ): Promise<Found> {
    return this.#withServer((server) =>
      this.#withPrometheus(
        scenario.name.replaceAll(/\W+/g, "-"),
        clean.blocks,
        async (prometheus) => {
          const traffic = new Traffic({
            ...this.#trafficOptions(server, scenario.name, this.options.perDay),
            scenario,
          });
          clean.traffic.handOver(traffic);
          const found = await this.#live(
            prometheus,
            traffic,
            new Evaluation(this.#groups, this.#watches),
            start,
            scenario.days,
            scenario.name,
          );
          traffic.close();
          return found;
        },
      ),
    );
  }

  /** Simulates day after day; while one is simulated, the rules of the one before are evaluated. */
  async #live(
    prometheus: Prometheus,
    traffic: Traffic,
    evaluation: Evaluation,
    start: Minute,
    days: number,
    name: string,
  ): Promise<Found> {
    const scrapes = new Scrapes();
    let evaluating: Promise<void> = Promise.resolve();
    for (let day = 0; day < days; day += 1) {
      const [from, to] = [start + day * minutesPerDay, start + (day + 1) * minutesPerDay];
      for (let minute = from; minute < to; minute += 1)
        scrapes.add(await traffic.minute(minute, minute - start), instantOf(minute));
      await evaluating;
      const taken = scrapes.take();
      evaluating = prometheus
        .write(taken)
        .then(() => evaluation.run(prometheus, instantOf(from), instantOf(to)));
      // Whoever awaits it next hears of a failure; until then it is nobody's.
      evaluating.catch(() => undefined);
      this.options.line(
        `${name}: day ${day + 1} of ${days}, ${traffic.sent} applications, ${traffic.labelled} labels`,
      );
    }
    await evaluating;
    this.#totals.predictions += traffic.sent;
    this.#totals.labels += traffic.labelled;
    this.#totals.queries += evaluation.queries;
    return new Map(
      [...evaluation.activities].map(([detector, activity]) => [detector, activity.alarms()]),
    );
  }
}
