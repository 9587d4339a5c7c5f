import * as pulumi from "@pulumi/pulumi";
import type { GlobalEntry } from "../aws/global-entry";
import { openPage, pages } from "../platform/port-forward";
import type { StackConfig } from "./schema";
import type { CostEstimate } from "../cost/estimate";
import { recoveryBudget } from "../../services/contract/recovery";
import type { StackBase } from "./base";
import type { Model } from "./models";
import type { RegionalPlatform } from "./regional-platform";
import { releaseForecast } from "./release-forecast";
import { nextStep, reaches } from "./stages";
import { dashboardPath, rulesPath } from "../observability/dashboards/model";

/**
 * What a stack tells its users: its stage and what comes next, per model and region what should be
 * live and where, per model what its next release takes, and per stack what recovery and money it
 * takes.
 */
export function stackOutputs(parts: {
  readonly config: StackConfig;
  readonly models: readonly Model[];
  readonly base: StackBase;
  readonly platforms: readonly RegionalPlatform[];
  readonly entry: GlobalEntry | undefined;
  readonly cost: CostEstimate;
}): Record<string, unknown> {
  const { config, models, base, platforms, entry, cost } = parts;
  return {
    stage: config.stage,
    next: nextStep(config.stage),
    ...(config.target === "aws" && {
      repositories: base.repositories,
      ...base.signing,
      clusterAccess: Object.fromEntries(
        platforms.map(({ region, clusterAccess }) => [region, clusterAccess]),
      ),
    }),
    ...(reaches(config.stage, "platform") && platformOutputs(platforms)),
    ...(reaches(config.stage, "models") && servedOutputs(config, models, platforms)),
    ...(entry
      ? { url: entry.url, regionalUrls: entry.regionalUrls }
      : config.target === "aws" && reaches(config.stage, "platform") && namelessOutputs(platforms)),
    ...(config.target === "aws" &&
      config.domain && {
        recoverySeconds: recoveryBudget(config.recovery).totalSeconds,
      }),
    estimatedMonthlyUsd: { total: cost.total, byRegion: cost.byRegion, byModel: cost.byModel },
  };
}

/** Where callers come in without a domain, and what they trust there. */
function namelessOutputs(platforms: readonly RegionalPlatform[]): Record<string, unknown> {
  const entries = platforms.flatMap(({ region, entry }) => (entry ? [{ region, entry }] : []));
  const urls = entries.map(
    ({ region, entry }) => [region, pulumi.interpolate`https://${entry.albDnsName}`] as const,
  );
  return {
    url: urls[0]?.[1],
    regionalUrls: Object.fromEntries(urls),
    certificates: Object.fromEntries(
      entries.map(({ region, entry }) => [region, entry.certificate]),
    ),
  };
}

/** How people look into a platform. */
function platformOutputs(platforms: readonly RegionalPlatform[]): Record<string, unknown> {
  return {
    grafana: openPage(pages.grafana),
    alertmanager: openPage(pages.alertmanager),
    kibana: {
      open: openPage(pages.kibana),
      accounts: Object.fromEntries(
        platforms.flatMap(({ region, logs }) => (logs ? [[region, logs.groupPasswords]] : [])),
      ),
    },
  };
}

function servedOutputs(
  config: StackConfig,
  models: readonly Model[],
  platforms: readonly RegionalPlatform[],
): Record<string, unknown> {
  return {
    models: Object.fromEntries(
      config.models.map(({ name }) => [
        name,
        Object.fromEntries(
          platforms.map((platform) => [platform.region, modelOutputs(platform, name)]),
        ),
      ]),
    ),
    releases: Object.fromEntries(
      config.models.flatMap((model) =>
        models
          .filter(({ contract }) => contract.name === model.name)
          .map(({ contract }) => [model.name, releaseForecast(config, model, contract)]),
      ),
    ),
  };
}

function modelOutputs({ services }: RegionalPlatform, model: string): Record<string, unknown> {
  const service = services[model];
  const { desiredDigest, live, killSwitch, endpoint, rollout } = service ?? {};
  return {
    desiredDigest,
    live,
    ...(killSwitch && { killSwitch }),
    endpoint,
    rollout,
    dashboard: grafanaAddress + dashboardPath(model),
    rules: grafanaAddress + rulesPath(model),
  };
}

/** Where Grafana is as long as a port is forwarded to it: links below that address work. */
const grafanaAddress = "http://localhost:3000";
