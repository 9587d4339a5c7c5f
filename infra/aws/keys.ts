import * as kms from "@pulumi/aws/kms";
import type { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../../services/contract/environments";
import { keyPurposes, type KeyPurpose } from "../kubernetes/labels";
import { keyPolicy } from "./key-policy";
import { keyAlias, type Naming } from "./naming";
import { policyText } from "./policy-document";
import { inRegion } from "./regions";

/** Arguments of {@link EncryptionKeys}. */
export interface EncryptionKeysArgs extends Naming {
  readonly environment: Environment;
  /** Regions of the stack; the first holds the primary keys. */
  readonly regions: readonly string[];
  /** Whether instances of Auto Scaling have volumes. @default false */
  readonly sessions?: boolean;
  /** Providers of AWS by region. */
  readonly providers: Readonly<Record<string, Provider>>;
}

/**
 * One multi-Region KMS key for each purpose, with a replica in every other region: what one region
 * encrypts, another can read after a failover, and no region depends on the home region to decrypt.
 */
export class EncryptionKeys extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:EncryptionKeys";
  private readonly arns = new Map<string, pulumi.Output<string>>();

  constructor(name: string, args: EncryptionKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    const { providers, ...inputs } = args;
    super(EncryptionKeys.__pulumiType, name, inputs, opts);
    for (const purpose of keyPurposes)
      this.createKey(`${name}-${purpose}`, purpose, args, providers);
    this.registerOutputs({ arns: Object.fromEntries(this.arns) });
  }

  /** ARN of a purpose's key in a region. Throws where the region is not one of the stack. */
  arn(purpose: KeyPurpose, region: string): pulumi.Output<string> {
    return inRegion(this.arns, `${purpose}/${region}`, `key of ${purpose} in ${region}`);
  }

  private createKey(
    name: string,
    purpose: KeyPurpose,
    args: EncryptionKeysArgs,
    providers: Readonly<Record<string, Provider>>,
  ): void {
    const [home = "", ...others] = args.regions;
    // What an audit bucket keeps after `destroy` is unreadable without its key, so the key stays
    // with it.
    const retainOnDelete = purpose === "audit" && args.environment === "prod";
    const common = {
      description: `Causeway ${args.stack}: ${purpose}`,
      policy: policyText(
        keyPolicy(purpose, args, args.regions, home, {
          sessions: args.sessions ?? false,
          kept: retainOnDelete,
        }),
      ),
      deletionWindowInDays: 30,
      tags: { "causeway:purpose": purpose },
    };
    const primary = new kms.Key(
      name,
      { ...common, multiRegion: true, enableKeyRotation: true, rotationPeriodInDays: 365 },
      { parent: this, provider: providers[home], retainOnDelete },
    );
    this.register(name, purpose, home, primary.arn, primary.keyId, args, providers);
    for (const region of others) {
      const replica = new kms.ReplicaKey(
        `${name}-${region}`,
        { ...common, primaryKeyArn: primary.arn },
        { parent: this, provider: providers[region], retainOnDelete },
      );
      this.register(name, purpose, region, replica.arn, replica.keyId, args, providers);
    }
  }

  /** Makes a key known by its purpose, and gives it its alias in the region. */
  private register(
    name: string,
    purpose: KeyPurpose,
    region: string,
    arn: pulumi.Output<string>,
    keyId: pulumi.Output<string>,
    naming: Naming,
    providers: Readonly<Record<string, Provider>>,
  ): void {
    this.arns.set(`${purpose}/${region}`, arn);
    new kms.Alias(
      `${name}-${region}-alias`,
      { name: keyAlias(naming, purpose), targetKeyId: keyId },
      { parent: this, provider: providers[region] },
    );
  }
}
