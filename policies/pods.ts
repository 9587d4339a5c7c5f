import { beatType, elasticsearchType, kibanaType } from "./elastic";
import { at, list, record, text } from "./resources";
import type { ResourceView } from "./rule";
import { subject } from "./kubernetes";

/** Where each kind keeps its pod template. A bare Pod is its own template. */
const templatePaths: Readonly<Record<string, string>> = {
  "kubernetes:core/v1:Pod": "",
  "kubernetes:core/v1:ReplicationController": "spec.template",
  "kubernetes:core/v1:PodTemplate": "template",
  "kubernetes:apps/v1:Deployment": "spec.template",
  "kubernetes:apps/v1:StatefulSet": "spec.template",
  "kubernetes:apps/v1:DaemonSet": "spec.template",
  "kubernetes:apps/v1:ReplicaSet": "spec.template",
  "kubernetes:batch/v1:Job": "spec.template",
  "kubernetes:batch/v1:CronJob": "spec.jobTemplate.spec.template",
  "kubernetes:argoproj.io/v1alpha1:Rollout": "spec.template",
  "kubernetes:keda.sh/v1alpha1:ScaledJob": "spec.jobTargetRef.template",
};

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

/**
 * Kinds whose operator completes a pod template: where the templates are, and the container that it
 * starts from `spec.image`.
 */
const elasticKinds: Readonly<
  Record<
    string,
    (props: unknown) => {
      readonly main: string;
      readonly templates: readonly { readonly label: string; readonly template: unknown }[];
    }
  >
> = {
  [elasticsearchType]: (props) => ({
    main: "elasticsearch",
    templates: list(props, "spec.nodeSets").map((set) => ({
      label: `node set ${JSON.stringify(text(set, "name") ?? "")} of `,
      template: at(set, "podTemplate"),
    })),
  }),
  [kibanaType]: (props) => ({
    main: "kibana",
    templates: [{ label: "", template: at(props, "spec.podTemplate") }],
  }),
  [beatType]: (props) => ({
    main: text(props, "spec.type") ?? "",
    templates: [
      {
        label: "",
        template:
          at(props, "spec.daemonSet.podTemplate") ?? at(props, "spec.deployment.podTemplate"),
      },
    ],
  }),
};

/** Type tokens of every kind that holds pods. */
export const podTypes: readonly string[] = [
  ...Object.keys(templatePaths),
  ...Object.keys(workflowPaths),
  ...Object.keys(elasticKinds),
];

/** Kinds whose pods run until they are told to stop, so that probes and drains matter. */
export const serverTypes: readonly string[] = [
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:apps/v1:DaemonSet",
  "kubernetes:apps/v1:ReplicaSet",
  "kubernetes:core/v1:ReplicationController",
  "kubernetes:argoproj.io/v1alpha1:Rollout",
];

/** A pod that a resource will create. `spec` has the shape of a PodSpec. */
export interface Pod {
  /**
   * What a message calls it, e.g. `Rollout "loan-approval"` or `template "train" of
   * WorkflowTemplate "retraining"`.
   */
  readonly label: string;
  readonly metadata: unknown;
  readonly spec: unknown;
}

export interface Container {
  /** What a message calls it, e.g. `init container "fetch" of Rollout "loan-approval"`. */
  readonly label: string;
  readonly kind: "container" | "init container" | "ephemeral container";
  readonly spec: unknown;
}

/** The pods of a resource; none for a resource that holds no pod. */
export function podSpecs(resource: ResourceView): Pod[] {
  const path = templatePaths[resource.type];
  if (path !== undefined) {
    const template = path === "" ? resource.props : at(resource.props, path);
    // A Rollout may refer to a Deployment instead of holding a template; that Deployment is judged
    // itself.
    return template === undefined
      ? []
      : [
          {
            label: subject(resource),
            metadata: at(template, "metadata"),
            spec: at(template, "spec"),
          },
        ];
  }
  const elastic = elasticKinds[resource.type];
  if (elastic !== undefined) return elasticPods(resource, elastic(resource.props));
  const workflowPath = workflowPaths[resource.type];
  return workflowPath === undefined ? [] : workflowPods(resource, at(resource.props, workflowPath));
}

/**
 * The operator adds its container where the template has none of that name, so that it counts as
 * one about which nothing is said.
 */
function elasticPods(
  resource: ResourceView,
  { main, templates }: ReturnType<(typeof elasticKinds)[string]>,
): Pod[] {
  const image = at(resource.props, "spec.image");
  return templates.map(({ label, template }) => {
    const given = list(template, "spec.containers");
    const own = given.filter((container) => text(container, "name") === main);
    const others = given.filter((container) => !own.includes(container));
    const completed = (own.length > 0 ? own : [{ name: main }]).map((container) => ({
      image,
      ...record({ container }, "container"),
    }));
    return {
      label: `${label}${subject(resource)}`,
      metadata: at(template, "metadata"),
      spec: { ...record(template, "spec"), containers: [...completed, ...others] },
    };
  });
}

function workflowPods(resource: ResourceView, workflow: unknown): Pod[] {
  return list(workflow, "templates").flatMap((template) => {
    const found = workflowContainers(template);
    if (found.length === 0) return [];
    return [
      {
        label: `template ${JSON.stringify(text(template, "name") ?? "")} of ${subject(resource)}`,
        metadata: at(template, "metadata"),
        spec: workflowPodSpec(workflow, template, found),
      },
    ];
  });
}

function workflowContainers(template: unknown): unknown[] {
  const single = ["container", "script"].flatMap((key) => at(template, key) ?? []);
  return [...single, ...list(template, "containerSet.containers"), ...list(template, "sidecars")];
}

/**
 * Settings of a template win over those of its workflow. Getters, so that an unknown one hinders
 * only the rules that read it.
 */
function workflowPodSpec(workflow: unknown, template: unknown, containers: unknown[]): object {
  const setting = (key: string) => at(template, key) ?? at(workflow, key);
  return {
    containers,
    get initContainers() {
      return list(template, "initContainers");
    },
    get volumes() {
      return [...list(workflow, "volumes"), ...list(template, "volumes")];
    },
    get securityContext() {
      return setting("securityContext");
    },
    get serviceAccountName() {
      return setting("serviceAccountName");
    },
    get automountServiceAccountToken() {
      return setting("automountServiceAccountToken");
    },
    get hostNetwork() {
      return at(workflow, "hostNetwork");
    },
  };
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
