import { generateKeyPairSync } from "node:crypto";
import { modelsFolder } from "../../harness/fixtures";
import { erasureTemplate } from "../../../infra/workflows/erasure/template";
import { eventBus, eventSource, sensor } from "../../../infra/workflows/retraining/alert-trigger";
import { volumeLocations } from "../../../infra/workflows/retraining/volume";
import type { Locations, RetrainingSettings } from "../../../infra/workflows/retraining/definition";
import { workflowTemplate } from "../../../infra/workflows/retraining/template";
import { loadContract } from "../../../services/contract/load";
import { cronWorkflow } from "../../../infra/workflows/retraining/retraining";

const image = (name: string) => `registry.example.com/${name}@sha256:${"a".repeat(64)}`;
/** The image that a release is added to. */
export const server = image("loan-approval");
export const images = { training: image("training"), delivery: image("delivery") };

/** The sample's contract, which asks for an approval, and the same without. */
export const contract = loadContract(modelsFolder, "loan-approval");
const automatic = {
  ...contract,
  riskTier: "limited" as const,
  release: { ...contract.release, channel: "automatic" as const },
};

const buckets: Locations = {
  runs: "s3://example-artifacts/runs",
  candidates: "s3://example-artifacts/candidates",
  champions: "s3://example-artifacts/releases",
  ledger: "s3://example-audit/ledger",
  orders: "s3://example-artifacts/promotions",
};

/** Public keys in their real form: their text must pass as an argument of a workflow. */
const approverKeys = ["ethics-board", "model-risk"].map((role) => ({
  role,
  key: generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString(),
}));

/**
 * Every way in which the program makes a retraining: in buckets and on a volume, with and without
 * an approval, in one region and in two.
 */
export const variants: Readonly<Record<string, RetrainingSettings>> = {
  prod: {
    contract,
    environment: "prod",
    locations: buckets,
    regions: ["eu-west-1", "eu-central-1"],
    home: "eu-west-1",
    approverKeys,
    trustedKeys: [],
  },
  automatic: {
    contract: automatic,
    environment: "dev",
    locations: buckets,
    regions: ["eu-west-1"],
    home: "eu-west-1",
    approverKeys: [],
    trustedKeys: [],
  },
  local: {
    contract,
    environment: "local",
    locations: volumeLocations,
    regions: ["local"],
    home: "local",
    approverKeys: [],
    trustedKeys: [],
  },
};

/** The objects of a retraining that Argo Workflows judges. */
export function workflowObjects(settings: RetrainingSettings): object[] {
  return [workflowTemplate(settings, images, server), cronWorkflow(settings)];
}

/** The workflow that erases a subject: alone, and where it asks other regions first. */
export const erasures = {
  "one region": erasureTemplate({
    searched: [buckets.runs],
    record: { ledger: buckets.ledger },
    onVolume: false,
    images,
    logs: "eu-west-1",
  }),
  "several regions": erasureTemplate({
    searched: [buckets.runs],
    record: { ledger: buckets.ledger },
    onVolume: false,
    images,
    logs: "eu-west-1",
    asking: { regions: ["eu-central-1", "eu-north-1"], orders: "s3://example-artifacts/erasures" },
  }),
} as const;

/** The objects of a retraining that Argo Events judges. */
export function eventObjects(settings: RetrainingSettings) {
  return { bus: eventBus(settings), source: eventSource(), sensor: sensor(settings) };
}
