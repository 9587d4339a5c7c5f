import { namespaces, priorityClasses, partOf } from "../kubernetes/labels";

/** Room that is kept free for a spike: so many replicas of the largest model. */
export interface Headroom {
  readonly replicas: number;
  readonly cpu: string;
  readonly memory: string;
}

/** Name of the headroom's Deployment and of its service account. */
export const headroomName = "causeway-headroom";

/** Does nothing, and answers `-v`, which is all that a probe can ask of it. */
const pauseImage =
  "registry.k8s.io/pause:3.10@sha256:ee6521f290b2168b6e0935a181d4cff9be1ac3f505666ef0e3c98fae8199917a";

const labels = { "app.kubernetes.io/name": headroomName, ...partOf };

/**
 * Priorities: models before everything of ours, headroom below everything, so that any pod may take
 * its place.
 */
export const priorities = [
  {
    name: priorityClasses.models,
    value: 100_000,
    description: "Model servers: placed before anything else of ours.",
  },
  {
    name: priorityClasses.headroom,
    value: -10,
    description: "Idle pods that hold nodes ready for a spike and give way to any pod.",
  },
] as const;

/**
 * Idle pods the size of a replica. When replicas come, the scheduler removes idle pods at once, and
 * the nodes that the idle pods then ask for start while the replicas already serve: a spike waits
 * for a container, not for a machine.
 */
export function headroomDeployment({ replicas, cpu, memory }: Headroom) {
  const probe = { exec: { command: ["/pause", "-v"] }, periodSeconds: 60, timeoutSeconds: 5 };
  return {
    metadata: { name: headroomName, namespace: namespaces.models, labels },
    spec: {
      replicas,
      selector: { matchLabels: { "app.kubernetes.io/name": headroomName } },
      template: {
        // An idle pod needs no proxy.
        metadata: { labels: { ...labels, "sidecar.istio.io/inject": "false" } },
        spec: {
          serviceAccountName: headroomName,
          automountServiceAccountToken: false,
          priorityClassName: priorityClasses.headroom,
          terminationGracePeriodSeconds: 0,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65535,
            runAsGroup: 65535,
            seccompProfile: { type: "RuntimeDefault" },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "topology.kubernetes.io/zone",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: { "app.kubernetes.io/name": headroomName } },
            },
          ],
          containers: [
            {
              name: "pause",
              image: pauseImage,
              resources: { requests: { cpu, memory }, limits: { memory } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              readinessProbe: probe,
              livenessProbe: probe,
            },
          ],
        },
      },
    },
  };
}
