import { istio, rootNamespace } from "../../kubernetes";
import { ofType, at, list, text } from "../../resources";
import { stackRule, type ResourceView, type StackViolation } from "../../rule";
import { podSpecs } from "../../pod-shapes";

/** What proxies do for pods, and what does nothing where there is none. */
const ofProxies = [
  istio("networking", "DestinationRule"),
  istio("security", "AuthorizationPolicy"),
  istio("security", "RequestAuthentication"),
];
/** Annotation of a pod that takes ports out of the proxy's hands. */
const excluded = "traffic.sidecar.istio.io/excludeInboundPorts";

export const rule = stackRule({
  name: "encryption-mesh-injection",
  area: "encryption",
  description:
    "A namespace whose traffic the mesh must encrypt must get its proxies, and no pod in it may take a port but that of its metrics past them.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Label the namespace istio-injection: enabled; leave sidecar.istio.io/inject and excludeInboundPorts to pods without ports and to metrics.",
  url: "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-09" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  check: (resources) => {
    const wanted = new Set(
      ofType(resources, ...ofProxies)
        .map(({ props }) => text(props, "metadata.namespace") ?? "")
        .filter((name) => name !== "" && name !== rootNamespace),
    );
    const without = ofType(resources, "kubernetes:core/v1:Namespace").filter(
      ({ props }) => wanted.has(text(props, "metadata.name") ?? "") && !isInjected(props),
    );
    const pods = resources.filter(({ props }) =>
      wanted.has(text(props, "metadata.namespace") ?? ""),
    );
    return [
      ...without.map((resource) => ({
        resource,
        message: `Namespace "${text(resource.props, "metadata.name") ?? resource.name}" must have the label istio-injection: enabled, because the mesh's objects in it do nothing without proxies`,
      })),
      ...pods.flatMap(pastTheProxy),
    ];
  },
});

/** Whether Istio puts a proxy into the pods of a namespace. */
export function isInjected(namespace: unknown): boolean {
  const labels = at(namespace, "metadata.labels");
  return (
    label(labels, "istio-injection") === "enabled" || (label(labels, "istio.io/rev") ?? "") !== ""
  );
}

/** Ports of a resource's pods that no proxy stands before. */
function pastTheProxy(resource: ResourceView): StackViolation[] {
  return podSpecs(resource).flatMap(({ label: named, metadata, spec }) => {
    const ports = list(spec, "containers").flatMap((container) => list(container, "ports"));
    const open =
      label(at(metadata, "labels"), "sidecar.istio.io/inject") === "false"
        ? ports
        : ports.filter(
            (port) =>
              (label(at(metadata, "annotations"), excluded) ?? "")
                .split(",")
                .includes(String(at(port, "containerPort"))) && text(port, "name") !== "metrics",
          );
    return open.map((port) => ({
      resource,
      message: `${named} must not take port ${String(at(port, "containerPort"))} past the mesh's proxy`,
    }));
  });
}

function label(labels: unknown, key: string): string | undefined {
  const value: unknown =
    typeof labels === "object" && labels !== null ? Reflect.get(labels, key) : undefined;
  return typeof value === "string" ? value : undefined;
}
