import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../../services/contract/environments";
import { ends, identities, keyAdministration } from "./key-policy";
import { keyAlias, roleArn, type Naming, type SigningPurpose } from "./naming";
import { policyDocument, policyText, type PolicyDocument, type Statement } from "./policy-document";

/** Arguments of {@link SigningKey}. */
export interface SigningKeyArgs extends Naming {
  readonly environment: Environment;
  readonly purpose: SigningPurpose;
}

const descriptions = {
  signing: "signatures of releases",
  checkpoints: "signatures of the ledger's checkpoints",
} as const satisfies Record<SigningPurpose, string>;

/**
 * A key to sign with: ECDSA on P-256, whose private half never leaves KMS. It has one region: what
 * it signs is made there, and everybody else verifies with the public half. KMS rotates no
 * asymmetric key; a new one is trusted beside the old one first.
 */
export class SigningKey extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:SigningKey";
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: SigningKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super(SigningKey.__pulumiType, name, args, opts);
    const { purpose, stack, environment } = args;
    // What it signed outlives the stack, as the ledger does, and so must what verifies it.
    const kept = purpose === "checkpoints" && environment === "prod";
    const key = new kms.Key(
      name,
      {
        description: `Causeway ${stack}: ${descriptions[purpose]}`,
        customerMasterKeySpec: "ECC_NIST_P256",
        keyUsage: "SIGN_VERIFY",
        multiRegion: true,
        deletionWindowInDays: 30,
        policy: policyText(signingKeyPolicy(args, kept)),
        tags: { "causeway:purpose": purpose },
      },
      { parent: this, retainOnDelete: kept },
    );
    new kms.Alias(
      `${name}-alias`,
      { name: keyAlias(args, purpose), targetKeyId: key.keyId },
      { parent: this },
    );
    this.arn = key.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

/**
 * The account's identities administer the key, and use it where their own IAM policies say so: the
 * key of releases to sign, that of checkpoints to verify.
 */
function signingKeyPolicy(args: SigningKeyArgs, kept: boolean): PolicyDocument {
  const { account, purpose } = args;
  const statement = {
    Effect: "Allow",
    Principal: identities({ account }),
    Resource: ["*"],
  } as const;
  const ours = { "kms:CallerAccount": account };
  const verify = ["kms:Verify", "kms:GetPublicKey", "kms:DescribeKey"];
  const administer: Statement = {
    Sid: "Administer",
    ...statement,
    Action: kept ? keyAdministration.filter((one) => !ends.includes(one)) : keyAdministration,
  };
  if (purpose === "signing")
    return policyDocument(administer, {
      Sid: "SignByRoles",
      ...statement,
      Action: ["kms:Sign", ...verify],
      Condition: { StringEquals: ours },
    });
  return policyDocument(
    administer,
    { Sid: "VerifyByRoles", ...statement, Action: verify, Condition: { StringEquals: ours } },
    {
      Sid: "SignByOneRole",
      ...statement,
      Action: ["kms:Sign"],
      Condition: {
        StringEquals: { ...ours, "aws:PrincipalArn": roleArn(args, "checkpoints") },
      },
    },
  );
}
