import type * as pulumi from "@pulumi/pulumi";
import type { Contract } from "../../services/contract/contract";
import type { Environment } from "../../services/contract/environments";
import type { OrderedOptions } from "../kubernetes/ordering";
import { Erasure } from "../workflows/erasure/erasure";
import { LedgerCheckpoints } from "../workflows/ledger/checkpoints";
import { RegionEraser } from "../workflows/erasure/region-eraser";
import { Resumer } from "../workflows/resumer";
import type { LedgerPlace } from "../workflows/retraining/definition";
import { Follower } from "../workflows/retraining/follower";
import { Retraining } from "../workflows/retraining/retraining";
import type { RetrainingBase } from "./retraining";

/** What {@link createRetraining} makes of a region. */
export interface RegionalRetrainingArgs {
  readonly region: string;
  readonly environment: Environment;
  readonly models: readonly {
    readonly contract: Contract;
    readonly image: pulumi.Input<string>;
  }[];
  /** The ring of keys behind pseudonyms: a secret. */
  readonly keyRing: pulumi.Input<string>;
  /** Address of the folder of the runbooks; ends with a slash. */
  readonly runbookBase: string;
  readonly retraining: RetrainingBase;
  /** Password of the account that deletes one subject's lines from the logs: a secret. */
  readonly eraserPassword: pulumi.Input<string>;
  /** On AWS, the cluster whose pods get rights. */
  readonly clusterName: string | undefined;
}

/**
 * Retraining and erasure in a region: the runs in the home region alone, because data, champions
 * and budget are one for all regions; in every other what follows the orders of home. What resumes
 * a release is in each.
 */
export function createRetraining(
  name: string,
  args: RegionalRetrainingArgs,
  opts: OrderedOptions,
): void {
  if (args.region === args.retraining.home) createRuns(name, args, opts);
  else createFollowers(name, args, opts);
  createResumer(name, args, opts);
}

/** Each region resumes its own releases. */
function createResumer(name: string, args: RegionalRetrainingArgs, opts: OrderedOptions): void {
  const { region, models, runbookBase, retraining } = args;
  const aws = awsOf(args);
  // A role over no names would be one over all.
  if (models.length === 0) return;
  new Resumer(
    `${name}-resumer`,
    {
      region,
      models: models.map(({ contract }) => ({ name: contract.name, riskTier: contract.riskTier })),
      ledger: aws && ledgerOf(retraining),
      approverKeys: retraining.approverKeys,
      runbookBase,
      image: retraining.images.delivery,
      aws,
    },
    opts,
  );
}

/** The ledger alone of all the places of a retraining. */
function ledgerOf({ locations: { ledger, checkpointKey } }: RetrainingBase): LedgerPlace {
  return { ledger, ...(checkpointKey !== undefined && { checkpointKey }) };
}

/** Buckets and cluster that the pods get rights for; undefined on an existing cluster. */
function awsOf({ retraining: { scope }, clusterName }: RegionalRetrainingArgs) {
  return scope && clusterName !== undefined ? { clusterName, scope } : undefined;
}

function createFollowers(name: string, args: RegionalRetrainingArgs, opts: OrderedOptions): void {
  const { region, models, runbookBase, eraserPassword, retraining } = args;
  const { orders, erasures } = retraining.locations;
  const aws = awsOf(args);
  if (aws && erasures !== undefined)
    new RegionEraser(
      `${name}-erasure`,
      {
        orders: erasures,
        logs: { region, password: eraserPassword },
        runbookBase,
        image: retraining.images.training,
        aws,
      },
      opts,
    );
  if (aws && orders !== undefined)
    new Follower(
      `${name}-promotion`,
      {
        region,
        models: models.map(({ contract }) => contract.name),
        locations: { orders, ...ledgerOf(retraining) },
        approverKeys: retraining.approverKeys,
        trustedKeys: retraining.trustedKeys,
        image: retraining.images.delivery,
        aws,
      },
      opts,
    );
}

function createRuns(name: string, args: RegionalRetrainingArgs, opts: OrderedOptions): void {
  const { region, environment, keyRing, models, runbookBase, eraserPassword } = args;
  const { locations, regions, images, imageEvidence, approverKeys, trustedKeys } = args.retraining;
  const aws = awsOf(args);
  const retraining = new Retraining(
    `${name}-retraining`,
    {
      region,
      environment,
      locations,
      regions,
      images,
      imageEvidence,
      approverKeys,
      trustedKeys,
      models: models.map(({ contract, image }) => ({ contract, image })),
      aws,
    },
    opts,
  );
  if (aws)
    new LedgerCheckpoints(
      `${name}-ledger`,
      { region, locations, runbookBase, image: images.delivery, aws },
      opts,
    );
  // Its steps run under accounts of the retraining too.
  new Erasure(
    `${name}-erasure`,
    {
      region,
      locations,
      images,
      keyRing,
      runbookBase,
      logs: { region, password: eraserPassword },
      aws,
    },
    { ...opts, dependsOn: [...(opts.dependsOn ?? []), retraining] },
  );
}
