import { elevationAnnotations } from "../../infra/platform/admission";
import { breakGlassRole, elevationPrefix, partOf } from "../../infra/kubernetes/labels";

/** Who is let in, where, for how long and why. */
export interface Elevation {
  /** The person, as the API server knows them. */
  readonly user: string;
  readonly namespace: string;
  readonly seconds: number;
  readonly reason: string;
  /** Last part of the objects' names. */
  readonly id: string;
}

/**
 * The two objects of an elevation: a timer, and the binding that belongs to it. Kubernetes itself
 * ends it: the Job never has a pod, fails at its deadline and is removed at once, and the garbage
 * collector removes what belongs to it.
 */
export function elevation({ user, namespace, seconds, reason, id }: Elevation, now: Date) {
  const name = `${elevationPrefix}${id}`;
  const labels = {
    ...partOf,
    "app.kubernetes.io/component": "elevation",
  };
  const annotations = {
    [elevationAnnotations.expires]: new Date(now.getTime() + seconds * 1_000).toISOString(),
    [elevationAnnotations.reason]: reason,
  };
  const timer = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace, labels, annotations },
    // The template is never used; Kubernetes asks for one that the namespace would admit.
    spec: {
      parallelism: 0,
      activeDeadlineSeconds: seconds,
      ttlSecondsAfterFinished: 0,
      template: {
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "none",
              image: "none",
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            },
          ],
        },
      },
    },
  };
  const binding = (uid: string) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: {
      name,
      namespace,
      labels,
      annotations,
      ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name, uid }],
    },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: breakGlassRole },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
  });
  return { timer, binding };
}
