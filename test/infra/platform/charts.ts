import { catalogue } from "../../../infra/platform/catalogue";
import type { ChartSettings } from "../../../infra/platform/values/chart";
import { runbookBase } from "../../support/runbooks";

export const base = {
  region: "eu-west-1",
  clusterName: "causeway-prod-eu-west-1",
  gpu: false,
  runbookBase,
} as const;

export const valuesOf = (name: string, settings: ChartSettings) =>
  catalogue.find((entry) => entry.name === name)!.values(settings);
