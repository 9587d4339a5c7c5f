import type * as pulumi from "@pulumi/pulumi";
import { derived, eraserName } from "../../platform/elastic/objects";
import { eraseAccount, namespaces, erasureLabels } from "../../kubernetes/labels";

/** The log store of a region, as what erases there reaches it. */
export interface ErasedLogs {
  /** What orders and the ledger call it. */
  readonly region: string;
  /** Password of the account that deletes the lines of one subject: a secret. */
  readonly password: pulumi.Input<string>;
}

/** Secret with that password, in the namespace of training. */
export const logsSecret = {
  name: "erasure-log-store",
  key: "password",
  folder: "/etc/causeway-log-store",
} as const;

/**
 * Arguments of a step that looks into the log store. A Secret of another namespace cannot be
 * mounted, so the step asks for the authority.
 */
export function logsArguments(region: string): string[] {
  return [
    `--logs=${derived.elasticsearchUrl}`,
    `--logs-authority=secret:${namespaces.observability}/${derived.elasticsearchCertificates}`,
    `--logs-name=${region}`,
    `--logs-account=${eraserName}`,
    `--logs-password-file=${logsSecret.folder}/${logsSecret.key}`,
  ];
}

/** The password as a volume, and where such a step finds it. */
export const logsVolume = {
  name: "log-store",
  secret: { secretName: logsSecret.name, defaultMode: 0o440 },
};
export const logsMount = { name: logsVolume.name, mountPath: logsSecret.folder, readOnly: true };

/** The password as its Secret. */
export function logsPassword({ password }: ErasedLogs) {
  return {
    metadata: { name: logsSecret.name, namespace: namespaces.training, labels: erasureLabels },
    type: "Opaque",
    stringData: { [logsSecret.key]: password },
  };
}

/**
 * The right to read the one Secret in which the operator publishes certificates: it holds no key.
 */
export function authorityReader() {
  const metadata = {
    name: `${eraseAccount}-log-authority`,
    namespace: namespaces.observability,
    labels: erasureLabels,
  };
  return {
    role: {
      metadata,
      rules: [
        {
          apiGroups: [""],
          resources: ["secrets"],
          resourceNames: [derived.elasticsearchCertificates],
          verbs: ["get"],
        },
      ],
    },
    binding: {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
      subjects: [{ kind: "ServiceAccount", name: eraseAccount, namespace: namespaces.training }],
    },
  };
}
