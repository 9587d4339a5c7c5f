/**
 * Numeric user and group of the server; the restricted Pod Security Standard asks for a number so
 * that the kubelet can check it.
 */
const serverUser = 10_001;

/** Pod-level half of the restricted Pod Security Standard. */
export const podSecurityContext = {
  runAsNonRoot: true,
  runAsUser: serverUser,
  runAsGroup: serverUser,
  fsGroup: serverUser,
  seccompProfile: { type: "RuntimeDefault" },
} as const;

/**
 * Container-level half, and a root file system that nobody writes to. What the pod says is not said
 * again, so that one change is one change.
 */
export const containerSecurityContext = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
} as const;
