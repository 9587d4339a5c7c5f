import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";

/** Versions of the key that the ring holds. */
export interface SubjectKeyVersions {
  /** Version that new pseudonyms are made with; raise it by one to rotate. */
  readonly current: number;
  /** Oldest version that is kept: what an older one named can be found by nobody any more. */
  readonly oldest: number;
}

/** Characters of one version's secret; the reader wants 32 or more. */
export const secretLength = 48;

/**
 * The text of a ring: a line for each version, oldest first. Its readers are
 * services/model-server/identity/keys.ts and key_ring.py.
 */
export function ringText(secrets: readonly string[], oldest: number): string {
  return secrets.map((secret, i) => `k${oldest + i} ${secret}\n`).join("");
}

/**
 * The ring of keys behind pseudonyms and prediction ids, one for all regions and for training: a
 * subject has one name in the logs of every region and in the data. At rest the ring lies in
 * Kubernetes Secrets, which EKS encrypts with the customer-managed key of secrets.
 */
export class SubjectKeys extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:SubjectKeys";
  /** The ring: a secret. */
  readonly ring: pulumi.Output<string>;

  constructor(name: string, args: SubjectKeyVersions, opts?: pulumi.ComponentResourceOptions) {
    super(SubjectKeys.__pulumiType, name, { ...args }, opts);
    const versions = Array.from(
      { length: args.current - args.oldest + 1 },
      (_, i) => args.oldest + i,
    );
    const secrets = versions.map(
      (version) =>
        new RandomPassword(
          `${name}-k${version}`,
          { length: secretLength, special: false },
          { parent: this },
        ).result,
    );
    this.ring = pulumi.secret(pulumi.all(secrets).apply((known) => ringText(known, args.oldest)));
    this.registerOutputs({});
  }
}
