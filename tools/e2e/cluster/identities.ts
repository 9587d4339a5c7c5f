import { randomBytes } from "node:crypto";

/** Group names of the platform's role-based access control, as an identity provider would deliver them. */
export const PLATFORM_GROUPS = {
  platformAdmins: "causeway:platform-admins",
  mlEngineers: "causeway:ml-engineers",
  auditors: "causeway:auditors",
  pipelines: "causeway:pipelines",
} as const;

export type PlatformGroup = (typeof PLATFORM_GROUPS)[keyof typeof PLATFORM_GROUPS];

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
      "causeway:platform-admins": token(),
      "causeway:ml-engineers": token(),
      "causeway:auditors": token(),
      "causeway:pipelines": token(),
    },
  };
}

/** The API server's token file: token, user, user id, groups. */
export function tokenFile(identities: Identities): string {
  const members = Object.entries(identities.groups).map(([group, value]) => `${value},e2e-${group.replace("causeway:", "")},${group},"${group}"`);
  return [`${identities.admin},e2e-admin,e2e-admin,"system:masters"`, ...members, ""].join("\n");
}
