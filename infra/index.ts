import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { stackConfig } from "./stack/config";
import { CostMeter, StackCost } from "./cost/meter";
import { globalEntry, layGround } from "./stack/base";
import { loadModels } from "./stack/models";
import { stackOutputs } from "./stack/outputs";
import { releaseOrder } from "./stack/release-order";
import { refuseUpdate, unlessFailed } from "./stack/refusals";
import { repositoryRunbooks } from "./stack/runbooks";
import { RegionalPlatform } from "./stack/regional-platform";
import { retrainingGround } from "./stack/retraining";
import { SubjectKeys } from "./stack/subject-keys";

/** The whole platform: one stack for each environment, all its regions in it. */
export = async function program() {
  const config = stackConfig();
  const models = loadModels(config);
  const isPreview = pulumi.runtime.isDryRun();
  if (!isPreview) refuseUpdate(config, models);

  const meter = new CostMeter(RegionalPlatform.__pulumiType);
  const root = join(__dirname, "..");
  const ground = layGround(config, models, root);
  const runbookBase = config.runbookBase ?? repositoryRunbooks(root);
  const keys = new SubjectKeys("subject-keys", config.subjectKeys);
  const platforms = new Map<string, RegionalPlatform>();
  const retraining = retrainingGround(config, root);
  let before: RegionalPlatform | undefined;
  for (const { name: region, drained } of releaseOrder(config.regions)) {
    const platform = new RegionalPlatform(
      region,
      {
        region,
        environment: config.environment,
        identity: config.identity,
        host: config.domain?.name ?? "causeway.local",
        models: models.map((model) => ({
          ...model,
          image: unlessFailed(model, ground.image(model, region), isPreview),
        })),
        keyRing: keys.ring,
        runbookBase,
        alertWebhooks:
          config.alertWebhook === undefined
            ? undefined
            : {
                pages: pulumi.secret(config.alertWebhook),
                tickets:
                  config.ticketWebhook === undefined
                    ? undefined
                    : pulumi.secret(config.ticketWebhook),
              },
        // A release reaches a region when the region before it has taken it; its failure there
        // stops the rest.
        after: before?.services,
        retraining,
        aws: ground.aws(region),
      },
      { providers: ground.providers(region) },
    );
    platforms.set(region, platform);
    if (drained === undefined) before = platform;
  }

  const inOrder = config.regions.flatMap(({ name }) => platforms.get(name) ?? []);
  const entry = globalEntry(config, inOrder);
  const cost = meter.estimate();
  new StackCost("cost", { ...cost, budgetMonthlyUsd: config.monthlyBudgetUsd });
  return stackOutputs({ config, models, platforms: inOrder, entry, cost });
};
