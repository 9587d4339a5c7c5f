import type { Contract } from "../../services/contract/contract";
import type { Release } from "../../services/evidence/release";
import type { GovernanceRecord } from "../../services/evidence/governance";
import type { Verification } from "../../services/evidence/verification";
import type { Environment } from "../../services/contract/environments";

/** What every manifest of one model in one region is made from; plain values only. */
export interface ServingSettings {
  readonly contract: Contract;
  readonly release: Release;
  /** What stands beside the contract for its risk tier. @default nothing */
  readonly governance?: GovernanceRecord | undefined;
  readonly environment: Environment;
  readonly region: string;
  /** Regions of the stack, which take a release one after the other. */
  readonly regions: number;
  readonly replicas: { readonly min: number; readonly max: number };
  /** Public host name that callers use, or a pattern of it; models may share it, each has its own path. */
  readonly host: string;
  /** URL of Prometheus inside the cluster. */
  readonly prometheusAddress: string;
  /** What was found when the release was verified. @default it was not */
  readonly verification?: Verification | undefined;
  /** Public keys in PEM that releases are signed with. @default none */
  readonly trustedKeys?: readonly string[] | undefined;
  /** Text of the attestation of the published release. @default there is none */
  readonly attestation?: string | undefined;
}
