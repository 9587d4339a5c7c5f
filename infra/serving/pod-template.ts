import type * as pulumi from "@pulumi/pulumi";
import {
  documentAnnotations,
  documents,
  releaseLabels,
  serverContainer,
  servingNames,
} from "../../services/evidence/rollout";
import { modelLabels, ports } from "../kubernetes/labels";
import {
  attestationVolume,
  documentsFolder,
  documentsVolume,
  keyAnnotations,
  keysToVerify,
  published,
} from "./documents";
import { keyFile, keyVolume } from "./keys";
import { placement } from "./placement";
import { drainSeconds, probes, shutdown } from "./probes";
import { serverResources, temporarySize } from "./resources";
import { containerSecurityContext, podSecurityContext } from "../kubernetes/security-context";
import type { ServingSettings } from "./settings";

/** The pods of one version of a model. `image` is by digest. */
export function podTemplate(settings: ServingSettings, image: pulumi.Input<string>) {
  const { contract, release } = settings;
  return {
    metadata: {
      labels: {
        ...modelLabels(contract.name),
        "app.kubernetes.io/version": release.version,
        ...releaseLabels(settings),
        "sidecar.istio.io/inject": "true",
      },
      annotations: {
        ...proxyAnnotations,
        ...documentAnnotations(contract, release),
        ...keyAnnotations(keysToVerify(settings)),
      },
    },
    spec: {
      serviceAccountName: servingNames(contract.name).model,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      hostNetwork: false,
      hostPID: false,
      hostIPC: false,
      securityContext: podSecurityContext,
      terminationGracePeriodSeconds: shutdown.terminationGracePeriodSeconds,
      ...placement(settings),
      containers: [container(settings, image)],
      volumes: [
        { name: "tmp", emptyDir: { sizeLimit: temporarySize } },
        documentsVolume,
        keyVolume(contract.name),
        attestationVolume(contract.name),
      ],
    },
  };
}

function container(settings: ServingSettings, image: pulumi.Input<string>) {
  const { contract, environment, region } = settings;
  return {
    name: serverContainer,
    image,
    imagePullPolicy: "IfNotPresent",
    ports: [
      { name: "http", containerPort: ports.http, protocol: "TCP" },
      { name: "metrics", containerPort: ports.metrics, protocol: "TCP" },
    ],
    env: [
      { name: "CAUSEWAY_CONTRACT_FILE", value: `${documentsFolder}/${documents.contract.file}` },
      { name: "CAUSEWAY_RELEASE_FILE", value: `${documentsFolder}/${documents.release.file}` },
      { name: "CAUSEWAY_ATTESTATION_FILE", value: `${published.folder}/${published.file}` },
      { name: "CAUSEWAY_HTTP_PORT", value: String(ports.http) },
      { name: "CAUSEWAY_METRICS_PORT", value: String(ports.metrics) },
      { name: "CAUSEWAY_DRAIN_SECONDS", value: String(drainSeconds) },
      { name: "CAUSEWAY_ENVIRONMENT", value: environment },
      { name: "CAUSEWAY_REGION", value: region },
      { name: "CAUSEWAY_KEY_FILE", value: `${keyFile.folder}/${keyFile.name}` },
      ...(keysToVerify(settings).length === 0
        ? []
        : [
            {
              name: "CAUSEWAY_TRUSTED_KEYS_FILE",
              value: `${documentsFolder}/${documents.trustedKeys.file}`,
            },
          ]),
    ],
    resources: serverResources(contract.serving),
    securityContext: containerSecurityContext,
    ...probes,
    lifecycle: { preStop: shutdown.preStop },
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      { name: documentsVolume.name, mountPath: documentsFolder, readOnly: true },
      { name: "key", mountPath: keyFile.folder, readOnly: true },
      { name: "attestation", mountPath: published.folder, readOnly: true },
    ],
  };
}

/**
 * How the mesh treats the pod: the proxy is up before the server and drains as long as it.
 * Prometheus reads the metrics port past the proxy, since it holds no certificate of the mesh; the
 * network policy lets nobody else at it.
 */
const proxyAnnotations: Record<string, string> = {
  "proxy.istio.io/config": JSON.stringify({
    holdApplicationUntilProxyStarts: true,
    terminationDrainDuration: `${drainSeconds}s`,
  }),
  "sidecar.istio.io/proxyCPU": "100m",
  "sidecar.istio.io/proxyCPULimit": "1",
  "sidecar.istio.io/proxyMemory": "128Mi",
  "sidecar.istio.io/proxyMemoryLimit": "256Mi",
  "traffic.sidecar.istio.io/excludeInboundPorts": String(ports.metrics),
};
