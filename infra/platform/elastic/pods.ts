/** Numeric user of Elastic's images, with the group that owns what they write. */
const elasticUser = 1_000;

/**
 * Pod-level half of the restricted Pod Security Standard, for Elasticsearch, Kibana and the Job.
 */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: elasticUser,
  runAsGroup: elasticUser,
  fsGroup: elasticUser,
  seccompProfile: { type: "RuntimeDefault" },
} as const;

/** Container-level half. */
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** Requests, and the same memory as the limit. A CPU limit would only make a busy node slower. */
export function resources(cpu: string, memory: string) {
  return { requests: { cpu, memory }, limits: { memory } };
}

/** One replica in each zone, as far as there are zones. */
export function acrossZones(label: string, value: string) {
  return {
    maxSkew: 1,
    topologyKey: "topology.kubernetes.io/zone",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: { [label]: value } },
  };
}
