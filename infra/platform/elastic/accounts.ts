import { dump } from "js-yaml";
import type { AccessGroup } from "../../kubernetes/labels";
import { eraserName, restoredPrefix, settingsName, shipperName, streams } from "./objects";

interface IndexPrivilege {
  readonly names: readonly string[];
  readonly privileges: readonly string[];
}

/** A role of Elasticsearch, in the form of its role file. */
export interface LogRole {
  readonly cluster: readonly string[];
  readonly indices: readonly IndexPrivilege[];
  readonly applications?: readonly {
    readonly application: string;
    readonly privileges: readonly string[];
    readonly resources: readonly string[];
  }[];
}

const all = Object.values(streams);
const restored = `${restoredPrefix}*`;
const read = ["read", "view_index_metadata"];
/** What Kibana lets somebody do in its one space. */
const kibana = (privilege: "space_read" | "space_all") => ({
  applications: [
    { application: "kibana-.kibana", privileges: [privilege], resources: ["space:default"] },
  ],
});

/**
 * What each group may do in the log store; the same split as in the cluster and in AWS. Whom a
 * prediction was about only auditors read. No group can delete or change a log line: only the
 * lifecycle ends an index, and only the program sets the lifecycle. The eraser deletes the lines of
 * one subject.
 */
export const groupRoles = {
  // Operates, and reads what operating takes; predictions are data, which this group reads nowhere.
  platformAdmins: {
    cluster: [
      "monitor",
      "read_ilm",
      "read_slm",
      "create_snapshot",
      "cluster:admin/snapshot/restore",
    ],
    indices: [
      { names: [streams.platform, streams.training], privileges: read },
      { names: all, privileges: ["monitor", "view_index_metadata"] },
      { names: [restored], privileges: ["monitor", "view_index_metadata", "delete_index"] },
    ],
    ...kibana("space_read"),
  },
  mlEngineers: {
    cluster: [],
    indices: [{ names: [streams.predictions, streams.training], privileges: read }],
    ...kibana("space_read"),
  },
  auditors: {
    cluster: ["monitor", "read_ilm", "read_slm", "monitor_snapshot"],
    indices: [{ names: [...all, restored], privileges: read }],
    ...kibana("space_read"),
  },
  // A program that looks at the training runs that it starts.
  pipelines: { cluster: [], indices: [{ names: [streams.training], privileges: read }] },
} as const satisfies Record<AccessGroup, LogRole>;

/** What our own programs may do. */
export const programRoles = {
  // Adds lines and can neither read, change nor delete one: a node that was taken over cannot
  // rewrite the log.
  [shipperName]: {
    cluster: ["monitor"],
    indices: [{ names: all, privileges: ["create_doc", "auto_configure"] }],
  },
  // Lifecycle and snapshot policies run with the rights of whoever wrote them last, so the writer
  // has what they need.
  [settingsName]: {
    cluster: [
      "monitor",
      "manage_ilm",
      "manage_index_templates",
      "manage_slm",
      "cluster:admin/snapshot/*",
      "cluster:admin/repository/*",
    ],
    indices: [
      { names: all, privileges: ["manage"] },
      { names: [".slm-history-*"], privileges: ["all"] },
    ],
    ...kibana("space_all"),
  },
  // Deletes by query. Indices of the past are read-only, and to lift that for the work takes
  // `manage`.
  [eraserName]: {
    cluster: [],
    indices: [
      {
        names: [streams.predictions, streams.subjects, restored],
        privileges: ["read", "delete", "manage", "maintenance"],
      },
    ],
  },
} as const satisfies Record<string, LogRole>;

/** Name of a group's account and role in Elasticsearch. */
export const groupAccounts = {
  platformAdmins: "platform-admin",
  mlEngineers: "ml-engineer",
  auditors: "auditor",
  pipelines: "pipeline",
} as const satisfies Record<AccessGroup, string>;

/** Every role by its name; an account has the role of its own name and no other. */
export const roles: Readonly<Record<string, LogRole>> = {
  [groupAccounts.platformAdmins]: groupRoles.platformAdmins,
  [groupAccounts.mlEngineers]: groupRoles.mlEngineers,
  [groupAccounts.auditors]: groupRoles.auditors,
  [groupAccounts.pipelines]: groupRoles.pipelines,
  ...programRoles,
};

/** Names of all accounts. */
export const accounts: readonly string[] = Object.keys(roles);

/**
 * The role file. Elasticsearch splits it by lines that start a role, so it is block YAML and not
 * JSON.
 */
export function roleFile(): string {
  return dump(roles, { flowLevel: -1, noRefs: true });
}

/** Name of the Secret of an account, in the namespace of the log store. */
export function accountSecret(account: string): string {
  return `logs-account-${account}`;
}
/** Secret with the role file. */
export const roleSecret = "logs-roles";
