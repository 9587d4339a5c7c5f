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
import { containerSecurityContext, podSecurityContext } from "../kubernetes/security-context";
import type { ServingSettings } from "./definition";
import type { Contract } from "../../services/contract/contract";
import { millicores } from "../../services/contract/units";

/** What of the node's disk a server may use; it writes nothing but temporary files. */
const disk = { request: "64Mi", limit: "256Mi" } as const;

/** Largest content of /tmp. */
export const temporarySize = "64Mi";

/**
 * Requests and limits of the server. Memory and GPUs are guaranteed; CPU may burst to twice its
 * request, because the autoscaler needs some seconds and a throttled server would miss its latency
 * objective in them.
 */
export function serverResources({ cpu, memory, gpu }: Contract["serving"]) {
  const gpus = gpu > 0 ? { "nvidia.com/gpu": String(gpu) } : {};
  return {
    requests: { cpu, memory, "ephemeral-storage": disk.request, ...gpus },
    limits: { cpu: `${2 * millicores(cpu)}m`, memory, "ephemeral-storage": disk.limit, ...gpus },
  };
}

const live = { path: "/v2/health/live", port: "http" } as const;

const ready = { path: "/v2/health/ready", port: "http" } as const;

/**
 * Readiness follows the model, liveness follows the process.
 * The start probe gives a model two minutes to load, in which liveness does not count.
 */
export const probes = {
  startupProbe: { httpGet: ready, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 60 },
  readinessProbe: {
    httpGet: ready,
    periodSeconds: 5,
    timeoutSeconds: 2,
    failureThreshold: 2,
    successThreshold: 1,
  },
  livenessProbe: { httpGet: live, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3 },
} as const;

/**
 * Seconds between the order to stop and the stop of listening, in which load balancers forget the
 * pod.
 */
const forgetSeconds = 10;

/** Seconds that requests in flight get to finish. */
export const drainSeconds = 30;

/**
 * How a pod goes: it keeps serving until nobody sends to it, then drains, and is killed only after
 * a margin.
 */
export const shutdown = {
  preStop: { sleep: { seconds: forgetSeconds } },
  terminationGracePeriodSeconds: forgetSeconds + drainSeconds + 20,
} as const;

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
