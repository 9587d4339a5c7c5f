import { podSpecs, type Pod } from "./pod-shapes";
import { at, list, text } from "./resources";
import type { ResourceView } from "./rule";

/**
 * Where each workflow kind keeps its workflow; every template in it that has a container becomes a
 * pod.
 */
export const workflowPaths: Readonly<Record<string, string>> = {
  "kubernetes:argoproj.io/v1alpha1:Workflow": "spec",
  "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate": "spec",
  "kubernetes:argoproj.io/v1alpha1:ClusterWorkflowTemplate": "spec",
  "kubernetes:argoproj.io/v1alpha1:CronWorkflow": "spec.workflowSpec",
};

/** Kinds whose pods run until they are told to stop, so that probes and drains matter. */
export const serverTypes: readonly string[] = [
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:apps/v1:DaemonSet",
  "kubernetes:apps/v1:ReplicaSet",
  "kubernetes:core/v1:ReplicationController",
  "kubernetes:argoproj.io/v1alpha1:Rollout",
];

export interface Container {
  /** What a message calls it, e.g. `init container "fetch" of Rollout "loan-approval"`. */
  readonly label: string;
  readonly kind: "container" | "init container" | "ephemeral container";
  readonly spec: unknown;
}

/** Every container of a pod: ordinary, init and ephemeral. */
export function containers(pod: Pod): Container[] {
  const of = (key: string, kind: Container["kind"]) =>
    list(pod.spec, key).map((spec) => ({
      label: `${kind} ${JSON.stringify(text(spec, "name") ?? "main")} of ${pod.label}`,
      kind,
      spec,
    }));
  return [
    ...of("containers", "container"),
    ...of("initContainers", "init container"),
    ...of("ephemeralContainers", "ephemeral container"),
  ];
}

/** Messages of a check over each pod of a resource; the check returns what follows "must". */
export function eachPod(resource: ResourceView, check: (pod: Pod) => string[]): string[] {
  return podSpecs(resource).flatMap((pod) => check(pod).map((rest) => `${pod.label} must ${rest}`));
}

/** Messages of a check over each container of a resource; the check returns what follows "must". */
export function eachContainer(
  resource: ResourceView,
  check: (container: Container, pod: Pod) => string[],
): string[] {
  return podSpecs(resource).flatMap((pod) =>
    containers(pod).flatMap((container) =>
      check(container, pod).map((rest) => `${container.label} must ${rest}`),
    ),
  );
}

/** A field of the security context that counts for a container: its own, or else the pod's. */
export function effective(container: Container, pod: Pod, field: string): unknown {
  return at(container.spec, `securityContext.${field}`) ?? at(pod.spec, `securityContext.${field}`);
}

/** A security context field wherever a pod or its containers set it, with the label of who did. */
export function contexts(
  pod: Pod,
  field: string,
): { readonly label: string; readonly value: unknown }[] {
  const holders = [{ label: pod.label, spec: pod.spec }, ...containers(pod)];
  return holders.flatMap(({ label, spec }) => {
    const value = at(spec, `securityContext.${field}`);
    return value === undefined || value === null ? [] : [{ label, value }];
  });
}

/** Address of Kubernetes' own description of the standards. */
export const standardsUrl = "https://kubernetes.io/docs/concepts/security/pod-security-standards/";

/** Kinds that hold a workflow. */
export const workflowTypes: readonly string[] = Object.keys(workflowPaths);

/**
 * The workflow that a resource holds; undefined where it only refers to a template, which is judged
 * itself.
 */
export function workflowSpec(resource: ResourceView): unknown {
  const spec = at(resource.props, workflowPaths[resource.type] ?? "");
  return at(spec, "workflowTemplateRef") === undefined ? spec : undefined;
}

/** Capabilities that the baseline standard lets a container add. */
export const baselineCapabilities: readonly string[] = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];
