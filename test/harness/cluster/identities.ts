import { randomBytes } from "node:crypto";
import { groups } from "../../../infra/kubernetes/labels";
import type { Group } from "../../../infra/kubernetes/labels";

/**
 * Name of one group of the platform's role-based access control, as an identity provider delivers
 * it.
 */
export type PlatformGroup = (typeof groups)[Group];

export interface Identities {
  /** Token of a cluster administrator. */
  readonly admin: string;
  readonly groups: Readonly<Record<PlatformGroup, string>>;
}

const token = (): string => randomBytes(24).toString("hex");

export function newIdentities(): Identities {
  return {
    admin: token(),
    groups: {
      [groups.platformAdmins]: token(),
      [groups.mlEngineers]: token(),
      [groups.auditors]: token(),
      [groups.pipelines]: token(),
      [groups.approvers]: token(),
      [groups.erasers]: token(),
      [groups.breakGlass]: token(),
    },
  };
}

/** The API server's token file: token, user, user id, groups. */
export function tokenFile(identities: Identities): string {
  const members = Object.entries(identities.groups).map(
    ([group, value]) => `${value},e2e-${group.replace("causeway:", "")},${group},"${group}"`,
  );
  return [`${identities.admin},e2e-admin,e2e-admin,"system:masters"`, ...members, ""].join("\n");
}
