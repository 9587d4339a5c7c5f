import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { stackConfig } from "./config/stack";
import { CostMeter, StackCost } from "./cost";
import { globalEntry, layGround } from "./ground";
import { loadModels, refuseFailed, refuseUnpublished, unlessFailed } from "./models";
import { stackOutputs } from "./outputs";
import { RegionalPlatform } from "./region/platform";
import { refuseOvertaken } from "./retraining/overtaken";
import { refuseUnpublishedImages, retrainingGround } from "./retraining/stack";

/** The whole platform: one stack for each environment, all its regions in it. */
export = async function program() {
  const config = stackConfig();
  const models = loadModels(config);
  const isPreview = pulumi.runtime.isDryRun();
  refuseUnpublished(config.environment, models, isPreview);
  refuseFailed(models, isPreview);
  refuseOvertaken(models, isPreview);
  refuseUnpublishedImages(config, isPreview);

  const meter = new CostMeter();
  const root = join(__dirname, "..");
  const ground = layGround(config, models, root);
  const platforms: RegionalPlatform[] = [];
  for (const { name: region } of config.regions) {
    platforms.push(
      new RegionalPlatform(
        region,
        {
          region,
          environment: config.environment,
          identity: config.identity,
          host: config.domain?.name ?? "causeway.local",
          models: models.map((model) => ({ ...model, image: unlessFailed(model, ground.image(model, region), isPreview) })),
          alertWebhook: config.alertWebhook === undefined ? undefined : pulumi.secret(config.alertWebhook),
          // A release reaches a region when the region before it has taken it; its failure there stops the rest.
          after: platforms.at(-1)?.services,
          // Data, champions and budget are one for all regions.
          retraining: platforms.length === 0 ? retrainingGround(config, root) : undefined,
          aws: ground.aws(region),
        },
        { providers: ground.providers(region) },
      ),
    );
  }

  const entry = globalEntry(config, platforms);
  const cost = meter.estimate();
  new StackCost("cost", cost, config.monthlyBudgetUsd);
  return stackOutputs({ config, platforms, entry, cost });
};
