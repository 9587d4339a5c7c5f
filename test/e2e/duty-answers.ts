import type { Group } from "../../infra/kubernetes/labels";
import type { RequestName } from "./duty-requests";

/**
 * Who may do what, where RBAC alone would not tell. A request that is not listed for a group is
 * refused, by RBAC or by admission. docs/access.md is held to the same (test/program/access-acts.test.ts).
 */
export const allowed = {
  platformAdmins: ["hold a release", "abort a release"],
  mlEngineers: ["start a retraining"],
  auditors: [],
  pipelines: ["bring another image", "hold a release"],
  approvers: [],
  erasers: ["erase a subject"],
  breakGlass: ["hold a release", "abort a release"],
} as const satisfies Record<Group, readonly RequestName[]>;
