import { Secret } from "@pulumi/kubernetes/core/v1";
import { Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import type * as pulumi from "@pulumi/pulumi";
import { authorityReader, logsPassword, type ErasedLogs } from "./logs";

/**
 * What the account that erases reaches a region's log store with: its password, and the right to
 * ask whose certificate to trust.
 */
export function reachLogs(
  parent: pulumi.Resource,
  name: string,
  logs: ErasedLogs,
  account: pulumi.Resource,
): pulumi.Resource[] {
  const { role, binding } = authorityReader();
  const reader = new Role(`${name}-log-authority`, role, { parent });
  return [
    new Secret(`${name}-log-store`, logsPassword(logs), { parent }),
    new RoleBinding(`${name}-log-authority`, binding, { parent, dependsOn: [reader, account] }),
  ];
}
