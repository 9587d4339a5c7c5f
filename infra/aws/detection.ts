import * as accessanalyzer from "@pulumi/aws/accessanalyzer";
import * as guardduty from "@pulumi/aws/guardduty";
import { getDetectorOutput } from "@pulumi/aws/guardduty/getDetector";
import type { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { analyzerName, type Naming } from "./naming";

/**
 * What GuardDuty watches besides its foundational sources. Its runtime agent is left out: GuardDuty
 * would add an endpoint and a security group to the VPC that no program owns, and `destroy` would
 * wait for them in vain.
 */
export const detectorFeatures = [
  "S3_DATA_EVENTS",
  "EKS_AUDIT_LOGS",
  "EBS_MALWARE_PROTECTION",
] as const;

/**
 * Whose detectors and analyzers watch the account: those of the stack, or those that the account has
 * already, of another stack or of a security team.
 */
export const threatDetections = ["own", "existing"] as const;
export type ThreatDetectionChoice = (typeof threatDetections)[number];

/** Arguments of {@link ThreatDetection}. */
export interface ThreatDetectionArgs extends Naming {
  readonly regions: readonly string[];
  /** @default own */
  readonly threatDetection?: ThreatDetectionChoice | undefined;
  /** Providers of AWS by region. */
  readonly providers: Readonly<Record<string, Provider>>;
}

/**
 * A GuardDuty detector and an Access Analyzer in every region. AWS allows one of each per account
 * and region: where the account has them already, the detector is asked for, and nothing is created.
 */
export class ThreatDetection extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:ThreatDetection";
  /** Detector ids by region. */
  readonly detectors: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: ThreatDetectionArgs, opts?: pulumi.ComponentResourceOptions) {
    const { providers, ...inputs } = args;
    super(ThreatDetection.__pulumiType, name, inputs, opts);
    this.detectors = Object.fromEntries(
      args.regions.map((region) => [
        region,
        args.threatDetection === "existing"
          ? this.existing(region, providers[region])
          : this.watch(`${name}-${region}`, region, args, providers[region]),
      ]),
    );
    this.registerOutputs({ detectors: this.detectors });
  }

  /** Id of the region's detector. The preview fails where there is none, or where it is off. */
  private existing(region: string, provider: Provider | undefined): pulumi.Output<string> {
    return getDetectorOutput({}, { parent: this, provider }).apply((detector) =>
      enabledDetector(detector, region),
    );
  }

  private watch(
    name: string,
    region: string,
    naming: Naming,
    provider: Provider | undefined,
  ): pulumi.Output<string> {
    const child = { parent: this, provider };
    const detector = new guardduty.Detector(
      `${name}-detector`,
      { enable: true, findingPublishingFrequency: "FIFTEEN_MINUTES" },
      child,
    );
    for (const feature of detectorFeatures) {
      new guardduty.DetectorFeature(
        `${name}-${feature.toLowerCase().replaceAll("_", "-")}`,
        { detectorId: detector.id, name: feature, status: "ENABLED" },
        child,
      );
    }
    new accessanalyzer.Analyzer(
      `${name}-analyzer`,
      { analyzerName: analyzerName(naming, region), type: "ACCOUNT" },
      child,
    );
    return detector.id;
  }
}

/** Id of a detector. Throws RunError for one that is off. */
function enabledDetector(
  { id, status }: { readonly id: string; readonly status: string },
  region: string,
): string {
  if (status === "ENABLED") return id;
  throw new pulumi.RunError(
    `the GuardDuty detector ${id} of ${region} must be on, got ${status}; enable it, or remove causeway:threatDetection`,
  );
}
