import { namespaces, type Group } from "../kubernetes/labels";
import { anyOf, isProgram, literal, type AdmissionPolicy } from "./admission-cel";
import { derived, logStoreName } from "./elastic/objects";

/** A page of the observability namespace that people open by forwarding a port to its pods. */
interface Page {
  readonly service: string;
  /** As `kubectl port-forward` takes them: the local port, and the service's where it differs. */
  readonly ports: string;
  /** How the names of its pods begin, and those of no other pods. */
  readonly pods: string;
  readonly groups: readonly Group[];
}

/**
 * Everything that somebody may forward a port to. Whoever forwards one is known to the API server
 * by name and stands in its audit log. Prometheus and Elasticsearch are not among them: their pages
 * ask no caller who they are, or show more than a group may read.
 */
export const pages = {
  grafana: {
    service: "prometheus-grafana",
    ports: "3000:80",
    pods: "prometheus-grafana-",
    groups: ["platformAdmins", "mlEngineers", "auditors"],
  },
  // Asks for the account of a group too, which decides what its members read.
  kibana: {
    service: derived.kibanaService,
    ports: "5601",
    pods: `${logStoreName}-kb-`,
    groups: ["platformAdmins", "mlEngineers", "auditors"],
  },
  // Silences of alerts; it knows no accounts.
  alertmanager: {
    service: "prometheus-alertmanager",
    ports: "9093",
    pods: "alertmanager-prometheus-alertmanager-",
    groups: ["platformAdmins"],
  },
} as const satisfies Record<string, Page>;

/** Groups that open a page. */
export const forwarders = ["platformAdmins", "mlEngineers", "auditors"] as const;

/** The command that opens a page. */
export const openPage = ({ service, ports }: Page): string =>
  `kubectl --namespace ${namespaces.observability} port-forward service/${service} ${ports}`;

/**
 * RBAC knows pods by whole names only, and a Deployment's have none that is known before; so
 * admission says which pods of the namespace a group reaches.
 */
export const portForward: AdmissionPolicy = {
  name: "causeway-port-forward",
  rules: [
    {
      apiGroups: [""],
      apiVersions: ["v1"],
      operations: ["CONNECT"],
      resources: ["pods/portforward"],
    },
  ],
  conditions: {
    person: `!${isProgram}`,
    // Others may share the cluster, with pods of their own.
    platform: `request.namespace in ${literal(Object.values(namespaces))}`,
  },
  checks: [
    {
      expression: `request.namespace == '${namespaces.observability}' && (${Object.values(pages)
        .map(({ pods, groups }) => `(request.name.startsWith('${pods}') && ${anyOf(...groups)})`)
        .join(" || ")})`,
      message: `a port must be forwarded to a page that one's group may open: ${Object.keys(pages).join(", ")}`,
    },
  ],
};
