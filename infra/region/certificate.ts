import * as acm from "@pulumi/aws/acm";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";
import type { IssuedCertificate } from "./self-signed";

/** Arguments of {@link EntryCertificate}. */
export interface EntryCertificateArgs {
  /** Name that callers use; the certificate also covers the names one level below it. */
  readonly domainName: string;
  readonly hostedZoneId: pulumi.Input<string>;
}

/**
 * Certificate of a region's listener, proved by a DNS record and renewed by ACM as long as the
 * record stays.
 */
export class EntryCertificate extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:EntryCertificate";
  /** ARN, known once the certificate is issued. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: EntryCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      EntryCertificate.__pulumiType,
      name,
      args,
      pulumi.mergeOptions(opts, { aliases: [{ type: "causeway:global:EntryCertificate" }] }),
    );
    const child = { parent: this };
    const certificate = new acm.Certificate(
      name,
      {
        domainName: args.domainName,
        subjectAlternativeNames: [`*.${args.domainName}`],
        validationMethod: "DNS",
        keyAlgorithm: "EC_prime256v1",
        options: { certificateTransparencyLoggingPreference: "ENABLED" },
      },
      child,
    );
    // A name and its wildcard are proved by one record, and so are the certificates of the other
    // regions. So each region may overwrite it, and none takes it along when it goes, or the others
    // could not be renewed.
    const proof = certificate.domainValidationOptions.apply((options) =>
      proofOf(options, args.domainName),
    );
    const record = new route53.Record(
      `${name}-proof`,
      {
        zoneId: args.hostedZoneId,
        name: proof.resourceRecordName,
        type: proof.resourceRecordType,
        records: [proof.resourceRecordValue],
        ttl: 60,
        allowOverwrite: true,
      },
      { ...child, retainOnDelete: true },
    );
    const issued = new acm.CertificateValidation(
      `${name}-issued`,
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      child,
    );
    this.arn = issued.certificateArn;
    this.registerOutputs({ arn: this.arn });
  }
}

/** Arguments of {@link OwnCertificate}. */
export interface OwnCertificateArgs {
  /** Name of the load balancer, by which callers reach it. */
  readonly host: pulumi.Input<string>;
  readonly region: string;
  /** Issues a certificate for names. */
  readonly issue: (hosts: readonly string[]) => IssuedCertificate;
}

/**
 * Certificate of the listener of a stack without a domain: no public authority vouches for the name
 * of a load balancer, so it signs itself, and callers trust it by name.
 *
 * Each update issues one, and the first is kept: the engine ignores the others. It also holds for
 * any name that a load balancer of the region has, so a new load balancer can keep it.
 */
export class OwnCertificate extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:regional:OwnCertificate";
  readonly arn: pulumi.Output<string>;
  /** The certificate in PEM, which callers trust. */
  readonly certificate: pulumi.Output<string>;

  constructor(name: string, args: OwnCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    const { host, region, issue } = args;
    super(OwnCertificate.__pulumiType, name, { host, region }, opts);
    const issued = pulumi.secret(
      pulumi.output(host).apply((known) => issue([known, loadBalancerHosts(region)])),
    );
    const imported = new acm.Certificate(
      name,
      {
        certificateBody: pulumi.unsecret(issued.certificate),
        privateKey: issued.privateKey,
      },
      { parent: this, ignoreChanges: ["certificateBody", "privateKey"] },
    );
    this.arn = imported.arn;
    this.certificate = imported.certificateBody.apply((pem) => pem ?? "");
    this.registerOutputs({ arn: this.arn });
  }
}

/** Pattern of the names that AWS gives to load balancers of a region. */
export function loadBalancerHosts(region: string): string {
  return `*.${region}.elb.amazonaws.com`;
}

/** The record that proves a domain to ACM. */
function proofOf<P extends { readonly domainName: string }>(
  options: readonly P[],
  domainName: string,
): P {
  const found = options.find((option) => option.domainName === domainName);
  if (found === undefined)
    throw new Error(
      `ACM asked for no proof of ${domainName}, but of: ${options.map((option) => option.domainName).join(", ")}`,
    );
  return found;
}
