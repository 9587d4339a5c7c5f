import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { AlertWebhooks } from "./platform/observability-secrets";
import { stackConfig } from "./stack/config";
import { CostMeter, StackCost } from "./cost/meter";
import { createAwsProviders, createBase, globalEntry } from "./stack/base";
import { loadModels } from "./stack/models";
import { modelsOf } from "../services/contract/files";
import { stackOutputs } from "./stack/outputs";
import type { StackConfig } from "./stack/schema";
import { refuseUnheldImages } from "./stack/registry-check";
import { releaseOrder } from "./stack/release-order";
import { refuseUpdate, unlessFailed } from "./stack/refusals";
import { repositoryRunbooks } from "./stack/runbooks";
import { RegionalPlatform } from "./stack/regional-platform";
import { retrainingBase } from "./stack/retraining";
import { SubjectKeys } from "./stack/subject-keys";

/** Folder of the program's own files, which images are built from. */
const root = join(__dirname, "..");

/**
 * The whole platform: a stack with all its regions.
 *
 * @param project folder of the stack files and the models; for the engine the program's own
 */
export = async function program(project: string = root) {
  const config = stackConfig();
  const models = loadModels(config, modelsOf(project));
  const isPreview = pulumi.runtime.isDryRun();
  if (!isPreview) refuseUpdate(config, models);

  const meter = new CostMeter(RegionalPlatform.__pulumiType);
  const providers = createAwsProviders(config);
  await refuseUnheldImages(config, models, providers[config.regions[0]?.name ?? ""]);
  const base = createBase(config, models, root, providers);
  const runbookBase = config.runbookBase ?? repositoryRunbooks(root);
  const keys = new SubjectKeys("subject-keys", config.subjectKeys);
  const platforms = new Map<string, RegionalPlatform>();
  const retraining = retrainingBase(config, root);
  let before: RegionalPlatform | undefined;
  for (const { name: region, drained } of releaseOrder(config.regions)) {
    const platform = new RegionalPlatform(
      region,
      {
        region,
        regions: config.regions.length,
        stack: config.stack,
        environment: config.environment,
        stage: config.stage,
        identity: config.identity,
        host: config.domain?.name,
        models: models.map((model) => ({
          ...model,
          image: unlessFailed(model, base.image(model, region), isPreview),
        })),
        keyRing: keys.ring,
        runbookBase,
        alertWebhooks: alertWebhooks(config),
        // A release reaches a region when the region before it has taken it; its failure there
        // stops the rest.
        after: before?.services,
        retraining,
        aws: base.aws(region),
        ...(config.target === "kubernetes" && { apiServers: config.apiServers }),
      },
      { providers: base.providers(region), transformations: base.transformations },
    );
    platforms.set(region, platform);
    if (drained === undefined) before = platform;
  }

  const inOrder = config.regions.flatMap(({ name }) => platforms.get(name) ?? []);
  const entry = globalEntry(base, config, inOrder);
  const cost = meter.estimate();
  new StackCost("cost", { ...cost, budgetMonthlyUsd: config.monthlyBudgetUsd });
  return stackOutputs({ config, models, base, platforms: inOrder, entry, cost });
};

/** Where alerts are sent, as secrets; undefined where the stack file names no address. */
function alertWebhooks({ alertWebhook, ticketWebhook }: StackConfig): AlertWebhooks | undefined {
  if (alertWebhook === undefined) return undefined;
  return {
    pages: pulumi.secret(alertWebhook),
    tickets: ticketWebhook === undefined ? undefined : pulumi.secret(ticketWebhook),
  };
}
