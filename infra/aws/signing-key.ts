import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import { identities, keyAdministration } from "./key-policy";
import { keyAlias, type Naming } from "./naming";
import { policyDocument, policyText, type PolicyDocument } from "./policy-document";

/**
 * The key that releases are signed with: ECDSA on P-256, whose private half never leaves KMS. It
 * has one region: releases are published there, and everybody else verifies with the public half.
 * KMS rotates no asymmetric key; a new one is trusted beside the old one first.
 */
export class SigningKey extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:SigningKey";
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: Naming, opts?: pulumi.ComponentResourceOptions) {
    super(SigningKey.__pulumiType, name, args, opts);
    const key = new kms.Key(
      name,
      {
        description: `Causeway ${args.stack}: signatures of releases`,
        customerMasterKeySpec: "ECC_NIST_P256",
        keyUsage: "SIGN_VERIFY",
        multiRegion: true,
        deletionWindowInDays: 30,
        policy: policyText(signingKeyPolicy(args)),
        tags: { "causeway:purpose": "signing" },
      },
      { parent: this },
    );
    new kms.Alias(
      `${name}-alias`,
      { name: keyAlias(args, "signing"), targetKeyId: key.keyId },
      { parent: this },
    );
    this.arn = key.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

/**
 * The account's identities administer the key, and sign with it where their own IAM policies say
 * so.
 */
function signingKeyPolicy({ account }: Naming): PolicyDocument {
  const principal = identities({ account });
  return policyDocument(
    {
      Sid: "Administer",
      Effect: "Allow",
      Principal: principal,
      Action: keyAdministration,
      Resource: ["*"],
    },
    {
      Sid: "SignByRoles",
      Effect: "Allow",
      Principal: principal,
      Action: ["kms:Sign", "kms:Verify", "kms:GetPublicKey", "kms:DescribeKey"],
      Resource: ["*"],
      Condition: { StringEquals: { "kms:CallerAccount": account } },
    },
  );
}
