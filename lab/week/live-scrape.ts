import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { ruleGroups } from "../../infra/observability/rules";
import type { Contract } from "../../services/contract/contract";
import { metrics, type MetricFamily } from "../../services/contract/metrics";
import { Prometheus } from "./prometheus";
import type { ScrapeResult } from "./result";
import { Traffic, type TrafficOptions } from "./traffic";

const targets = z.object({
  data: z.object({
    activeTargets: z.array(z.object({ health: z.string(), lastError: z.string() })),
  }),
});
const metadata = z.object({ data: z.array(z.object({ metric: z.string(), type: z.string() })) });
const rules = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() }),
        ),
      }),
    ),
  }),
});
const vector = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

/** Real seconds for which the server is scraped once a second. */
const seconds = 12;

/**
 * A real Prometheus scrapes the server in real time, once a second, and its rule manager runs every
 * rule as often. Rejects when a scrape or a rule fails, a metric is missing or of another type, or
 * the counters say another number than was sent.
 */
export async function liveScrape(
  command: string,
  folder: string,
  options: TrafficOptions,
): Promise<ScrapeResult> {
  const { contract, server } = options;
  const ruleFile = join(folder, "rules.json");
  const groups = ruleGroups(contract).map((group) => ({ ...group, interval: "1s" }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(ruleFile, JSON.stringify({ groups }));
  const configuration = {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: [ruleFile],
    scrape_configs: [
      {
        job_name: contract.name,
        static_configs: [{ targets: [`127.0.0.1:${server.ports.metrics}`] }],
      },
    ],
  };
  const prometheus = await Prometheus.start({ command, folder, configuration });
  const traffic = new Traffic(options);
  try {
    // Noon of the first day, six minutes of it in a second.
    for (let second = 0; second < seconds; second += 1) {
      for (let minute = 0; minute < 6; minute += 1)
        await traffic.minute(720 + second * 6 + minute, 720 + second * 6 + minute);
      await sleep(1_000);
    }
    await sleep(1_500);
    return await judged(
      prometheus,
      traffic,
      exportedBy(contract),
      groups.flatMap((group) => group.rules).length,
    );
  } finally {
    traffic.close();
    await prometheus.stop();
  }
}

/** What the server exports of a model: the value of an experiment only where it has one. */
function exportedBy({ release }: Contract): readonly MetricFamily[] {
  return Object.values(metrics).filter(
    (family) => family !== metrics.experimentValue || release.strategy === "ab",
  );
}

async function judged(
  prometheus: Prometheus,
  traffic: Traffic,
  families: readonly MetricFamily[],
  ruleCount: number,
): Promise<ScrapeResult> {
  const problems: string[] = [];
  for (const { health, lastError } of targets.parse(await prometheus.get("/api/v1/targets")).data
    .activeTargets)
    if (health !== "up") problems.push(`the server is ${health}: ${lastError}`);
  const types = new Map(
    metadata
      .parse(await prometheus.get("/api/v1/targets/metadata"))
      .data.map(({ metric, type }) => [metric, type]),
  );
  for (const { name, type } of families)
    if (types.get(name) !== type)
      problems.push(`${name}: got ${types.get(name) ?? "nothing"}, expected a ${type}`);
  const run = rules
    .parse(await prometheus.get("/api/v1/rules"))
    .data.groups.flatMap((group) => group.rules);
  for (const { name, health, lastError } of run)
    if (health !== "ok") problems.push(`rule ${name} is ${health}: ${lastError ?? ""}`);
  if (run.length !== ruleCount) problems.push(`rules: got ${run.length}, expected ${ruleCount}`);
  const one = async (query: string) =>
    Number(
      vector.parse(await prometheus.get("/api/v1/query", { query })).data.result[0]?.value[1] ??
        NaN,
    );
  const predictions = await one("sum(causeway_predictions_total)");
  if (predictions !== traffic.sent)
    problems.push(`predictions: Prometheus counts ${predictions}, sent were ${traffic.sent}`);
  if (problems.length > 0) throw new Error(`the real scrape found:\n${problems.join("\n")}`);
  return {
    scrapes: await one("count_over_time(up[1h])"),
    series: await one("scrape_samples_scraped"),
    families: families.length,
    rules: run.length,
    predictions,
  };
}
