import { load } from "js-yaml";
import { shown } from "../../kubernetes";
import { eachPod } from "../../pods";
import { podTypes } from "../../pod-shapes";
import { record } from "../../resources";
import { resourceRule } from "../../rule";

/** Annotations by which a pod says something to the mesh or to its injector. */
const ofMesh = /(^|\.)istio\.io\//;

export const rule = resourceRule({
  name: "access-pod-proxy",
  area: "access",
  description:
    "A pod must not choose its mesh proxy's image, volumes, certificates or what passes it by.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Keep to the proxy's resources and its drain; the installation of the mesh says the rest. Add a further annotation to the parameter allowed.",
  url: "https://istio.io/latest/docs/reference/config/annotations/",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-09" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: podTypes,
  parameters: {
    allowed: [
      "sidecar.istio.io/inject",
      "sidecar.istio.io/proxyCPU",
      "sidecar.istio.io/proxyCPULimit",
      "sidecar.istio.io/proxyMemory",
      "sidecar.istio.io/proxyMemoryLimit",
      "sidecar.istio.io/rewriteAppHTTPProbers",
      // Ports that this takes past the proxy are judged by encryption-mesh-injection.
      "traffic.sidecar.istio.io/excludeInboundPorts",
    ],
    settings: [
      "holdApplicationUntilProxyStarts",
      "terminationDrainDuration",
      "drainDuration",
      "concurrency",
      "proxyMetadata.EXIT_ON_ZERO_ACTIVE_CONNECTIONS",
    ],
  },
  check: (resource, { allowed, settings }) =>
    eachPod(resource, ({ metadata }) =>
      Object.entries(record(metadata, "annotations"))
        .filter(([key]) => ofMesh.test(key) && !allowed.includes(key))
        .flatMap(([key, value]) => {
          if (key !== "proxy.istio.io/config")
            return [`not set the annotation ${key}, got ${shown(value)}`];
          const set = settingsIn(value);
          return set.every((name) => settings.includes(name))
            ? []
            : [`set nothing of its proxy but ${settings.join(", ")}, got ${set.join(", ")}`];
        }),
    ),
});

/** Names of the settings in a configuration of a proxy, written as JSON or as YAML. */
function settingsIn(config: unknown): string[] {
  if (typeof config !== "string") return [shown(config)];
  const content = contentOf(config);
  if (content === undefined) return [shown(config)];
  return Object.entries(record({ content }, "content")).flatMap(([name, value]) =>
    typeof value === "object" && value !== null
      ? Object.keys(value).map((inner) => `${name}.${inner}`)
      : [name],
  );
}

/** Undefined for a text that is neither. */
function contentOf(config: string): unknown {
  try {
    return load(config);
  } catch {
    return undefined;
  }
}
