import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy";
import type { Contract } from "../../services/contract/contract";
import { feedbackPath } from "../../services/contract/feedback";
import { namespaces, ports } from "../kubernetes/labels";
import { proxyMetricsPort } from "./monitoring";
import { servingNames } from "../../services/evidence/rollout";
import { metadata, modelPath, podSelector } from "../kubernetes/model-objects";

const istiodPort = 15_012;

/**
 * Callers that the mesh lets at a model: the gateway, for the model's own paths. Kubelet probes do
 * not pass through it.
 */
export function authorizationPolicy(contract: Contract) {
  const { model } = servingNames(contract.name);
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: metadata(model, model),
    spec: {
      selector: { matchLabels: podSelector(model) },
      action: "ALLOW",
      rules: [
        {
          from: [{ source: { namespaces: [namespaces.gateway] } }],
          to: [
            {
              operation: {
                ports: [String(ports.http)],
                methods: ["GET", "POST"],
                paths: [modelPath(model), `${modelPath(model)}/*`, feedbackPath(model)],
              },
            },
          ],
        },
      ],
    } satisfies IAuthorizationPolicy["spec"],
  };
}

/**
 * Connections of a model's pods: in from the gateway and from Prometheus, out to DNS and the mesh's
 * control plane, nothing else.
 */
export function networkPolicy(contract: Contract) {
  const { model } = servingNames(contract.name);
  return {
    metadata: metadata(model, model),
    spec: {
      podSelector: { matchLabels: podSelector(model) },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [{ namespaceSelector: inNamespace(namespaces.gateway) }],
          ports: [tcp(ports.http)],
        },
        {
          from: [
            {
              namespaceSelector: inNamespace(namespaces.observability),
              podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
            },
          ],
          ports: [tcp(ports.metrics), tcp(proxyMetricsPort)],
        },
      ],
      egress: [
        {
          to: [{ namespaceSelector: inNamespace("kube-system") }, ...nodeResolvers],
          ports: [tcp(53), { protocol: "UDP", port: 53 }],
        },
        { to: [{ namespaceSelector: inNamespace(namespaces.mesh) }], ports: [tcp(istiodPort)] },
      ],
    },
  };
}

/**
 * Where EKS Auto Mode answers DNS: each node does, at the service address, so no pod is there to
 * select. Both are EKS's default service blocks.
 */
const nodeResolvers = [
  { ipBlock: { cidr: "10.100.0.0/16" } },
  { ipBlock: { cidr: "172.20.0.0/16" } },
];

function inNamespace(name: string) {
  return { matchLabels: { "kubernetes.io/metadata.name": name } };
}

function tcp(port: number) {
  return { protocol: "TCP", port };
}
