import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RoleKey } from "../../services/evidence/approvals";
import {
  bucketName,
  keyAlias,
  ledgerLocation,
  type Naming,
  registryAddress,
  type SharedImage,
  sharedRepository,
  signingKeyLocation,
} from "../aws/naming";
import type { RoleScope } from "../aws/role-scope";
import type { AwsConfig, StackConfig } from "./schema";
import { imageEvidence, type ImageEvidence, type RunImage } from "../../services/evidence/images";
import { releaseOrder } from "./release-order";
import { localRepository } from "../serving/images";
import { volumeLocations } from "../workflows/retraining/volume";
import { artifactFolders } from "../workflows/retraining/permissions";
import type { Locations, RetrainingImages } from "../workflows/retraining/definition";
import { digestOf } from "../../services/contract/digests";

/** What a stack's retraining stands on. */
export interface RetrainingBase {
  /** Region in which the runs happen. */
  readonly home: string;
  readonly locations: Locations;
  readonly regions: readonly string[];
  readonly images: RetrainingImages<string>;
  /** What is known of them. */
  readonly imageEvidence: RetrainingImages<ImageEvidence>;
  /** Keys of the people who approve, by role. */
  readonly approverKeys: readonly RoleKey[];
  /** Public keys (PEM), one of which must have signed a release. */
  readonly trustedKeys: readonly string[];
  /** Whose buckets the pods may use; absent on an existing cluster. */
  readonly scope: RoleScope | undefined;
}

/** Dockerfile of each image of a run. */
const dockerfiles = {
  training: "services/training/Dockerfile",
  delivery: "services/delivery/Dockerfile",
} as const satisfies Record<keyof RetrainingImages<unknown>, string>;

/** Where a stack's runs lie and which images they use. Reads the Dockerfiles below `root`. */
export function retrainingBase(config: StackConfig, root: string): RetrainingBase {
  const regions = config.regions.map(({ name }) => name);
  const [home = ""] = regions;
  const naming = config.target === "aws" ? namingOf(config) : undefined;
  const image = (name: RunImage) =>
    config.images?.[name] ?? `${repository(naming, name, home)}@${inputsDigest(root, name)}`;
  const evidence = (name: RunImage) =>
    imageEvidence(root, name, image(name), config.images?.[name] !== undefined);
  return {
    home,
    approverKeys: config.approverKeys,
    trustedKeys: config.trustedKeys,
    regions: releaseOrder(config.regions).map(({ name }) => name),
    images: { training: image("training"), delivery: image("delivery") },
    imageEvidence: { training: evidence("training"), delivery: evidence("delivery") },
    locations: naming ? bucketLocations(naming, home) : volumeLocations,
    scope: naming && { ...naming, regions },
  };
}

function namingOf({ organization, account, stack }: AwsConfig): Naming {
  return { organization, account, stack };
}

function bucketLocations(naming: Naming, home: string): Locations {
  const artifacts = `s3://${bucketName(naming, "artifacts", home)}`;
  const { runs, candidates, champions, orders, erasures } = artifactFolders;
  return {
    runs: `${artifacts}/${runs}`,
    candidates: `${artifacts}/${candidates}`,
    champions: `${artifacts}/${champions}`,
    ledger: ledgerLocation(naming, home),
    checkpointKey: signingKeyLocation(naming, home, "checkpoints"),
    orders: `${artifacts}/${orders}`,
    erasures: `${artifacts}/${erasures}`,
    signingKey: `awskms:///${keyAlias(naming, "signing")}`,
  };
}

function repository(naming: Naming | undefined, image: SharedImage, region: string): string {
  return naming === undefined
    ? `${localRepository}/${image}`
    : `${registryAddress(naming.account, region)}/${sharedRepository(naming, image)}`;
}

/** Stands for the registry's digest until the image is published, as a model's build inputs do. */
function inputsDigest(root: string, image: keyof typeof dockerfiles): string {
  return digestOf(readFileSync(join(root, dockerfiles[image])));
}
