import type { Environment } from "../../services/contract/environments";
import type { Tenant } from "./namespaces";

type Size = "small" | "prod";
interface Quota {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: string;
  readonly claims: string;
}

/**
 * Most that a namespace may ask for. Models have room for a tenfold spike; the node pool's own
 * limit is above their sum.
 */
const quotas = {
  models: {
    small: { cpu: "48", memory: "128Gi", pods: "200", claims: "0" },
    prod: { cpu: "600", memory: "2000Gi", pods: "1500", claims: "0" },
  },
  gateway: {
    small: { cpu: "8", memory: "16Gi", pods: "20", claims: "0" },
    prod: { cpu: "40", memory: "64Gi", pods: "60", claims: "0" },
  },
  training: {
    small: { cpu: "24", memory: "96Gi", pods: "100", claims: "20" },
    prod: { cpu: "200", memory: "800Gi", pods: "400", claims: "100" },
  },
  observability: {
    small: { cpu: "24", memory: "64Gi", pods: "100", claims: "20" },
    prod: { cpu: "120", memory: "400Gi", pods: "300", claims: "60" },
  },
  // One small pod on each node, with room for more nodes than the node pools may have.
  logs: {
    small: { cpu: "5", memory: "13Gi", pods: "50", claims: "0" },
    prod: { cpu: "50", memory: "128Gi", pods: "500", claims: "0" },
  },
} as const satisfies Record<Tenant, Record<Size, Quota>>;

/**
 * Limits of a namespace as a whole. Load balancers and node ports are not to be had: callers enter
 * through the gateway alone.
 */
export function quotaSpec(tenant: Tenant, environment: Environment) {
  const { cpu, memory, pods, claims } = quotas[tenant][environment === "prod" ? "prod" : "small"];
  return {
    hard: {
      "requests.cpu": cpu,
      "requests.memory": memory,
      "limits.memory": memory,
      pods,
      persistentvolumeclaims: claims,
      "services.loadbalancers": "0",
      "services.nodeports": "0",
    },
  };
}

interface LimitRangeItem {
  readonly type: "Container" | "PersistentVolumeClaim";
  readonly default?: Record<string, string>;
  readonly defaultRequest?: Record<string, string>;
  readonly max: Record<string, string>;
}

/**
 * What a container gets that says nothing, and the most that one may have. CPU has no limit: it
 * would slow a server's slowest answers and protect nobody.
 */
export function limitRangeSpec(): { limits: LimitRangeItem[] } {
  return {
    limits: [
      {
        type: "Container",
        default: { memory: "512Mi" },
        defaultRequest: { cpu: "100m", memory: "128Mi" },
        max: { memory: "128Gi" },
      },
      { type: "PersistentVolumeClaim", max: { storage: "1Ti" } },
    ],
  };
}
