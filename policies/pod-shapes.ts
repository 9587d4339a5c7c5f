import { load, YAMLException } from "js-yaml";
import { beatType, elasticsearchType, kibanaType } from "./elastic";
import { subject } from "./kubernetes";
import { at, list, record, text } from "./resources";
import { kindOf, type ResourceView } from "./rule";

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

/**
 * Types in which pods may be: kinds that do nothing else than run them, and every other kind of
 * Kubernetes, also one that nobody has heard of.
 */
export const podTypes: readonly string[] = [
  ...["Pod", "PodTemplate", "ReplicationController"].map((kind) => `kubernetes:core/v1:${kind}`),
  ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map(
    (kind) => `kubernetes:apps/v1:${kind}`,
  ),
  "kubernetes:batch/v1:Job",
  "kubernetes:batch/v1:CronJob",
  "kubernetes:keda.sh/v1alpha1:ScaledJob",
  elasticsearchType,
  kibanaType,
  beatType,
  "kubernetes:*",
];

/** Kinds that describe pods instead of running them, or whose values have a rule of their own. */
const descriptions = new Set(
  [
    "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:kyverno.io/v1:ClusterPolicy",
    "kubernetes:kyverno.io/v1:Policy",
  ].map(kindOf),
);

/**
 * Kinds whose operator adds its own container where a pod template has none of its name: that
 * container's name, and where the templates are.
 */
const elasticKinds: Readonly<Record<string, (props: unknown) => ElasticTemplates>> = {
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

interface ElasticTemplates {
  readonly main: string;
  readonly templates: readonly { readonly label: string; readonly template: unknown }[];
}

/** Thirty rules ask for the pods of one resource. */
const known = new WeakMap<ResourceView, readonly Pod[]>();

/** The pods of a resource, wherever in it they are; none for a resource that holds no pod. */
export function podSpecs(resource: ResourceView): readonly Pod[] {
  const before = known.get(resource);
  if (before !== undefined) return before;
  const pods = podsOf(resource);
  known.set(resource, pods);
  return pods;
}

function podsOf(resource: ResourceView): readonly Pod[] {
  if (!resource.type.startsWith("kubernetes:") || descriptions.has(kindOf(resource.type)))
    return [];
  const elastic = Object.entries(elasticKinds).find(
    ([type]) => kindOf(type) === kindOf(resource.type),
  );
  if (elastic !== undefined) return elasticPods(resource, elastic[1](resource.props));
  const found: Found[] = [];
  search(resource.props, start, found);
  return found.map(({ path, name, metadata, spec }) => ({
    label:
      name === undefined
        ? `${found.length === 1 ? "" : `${path} of `}${subject(resource)}`
        : `template ${JSON.stringify(name)} of ${subject(resource)}`,
    metadata,
    spec,
  }));
}

/** A pod, and where in its resource it is. */
interface Found {
  readonly path: string;
  /** Name of the workflow template that makes it. */
  readonly name: string | undefined;
  readonly metadata: unknown;
  readonly spec: unknown;
}

/** How the search came to a value. */
interface Way {
  /** The way to the object around it, and its field or place there. */
  readonly from: Way | undefined;
  readonly step: string;
  readonly key: string;
  readonly parent: unknown;
  /** The nearest object around it that holds workflow templates. */
  readonly workflow: unknown;
}

const start: Way = {
  from: undefined,
  step: "",
  key: "",
  parent: undefined,
  workflow: undefined,
};

/** A way as a message says it, e.g. `spec.steps[0].inline`. */
function pathOf({ from, step }: Way): string {
  const before = from === undefined ? "" : pathOf(from);
  return before === "" && step.startsWith(".") ? step.slice(1) : `${before}${step}`;
}

/** Lists of a PodSpec that hold containers. */
const containerLists = ["containers", "initContainers", "ephemeralContainers"] as const;

/** Fields in which no other pod is: parts of a pod that is found already, and what is observed. */
const leaves = new Set<string>([
  ...containerLists,
  ...["container", "script", "containerSet", "sidecars", "volumes", "securityContext"],
  ...["metadata", "status", "podSecurityContext"],
]);

/** Fields around a PodSpec: where one is not known yet, a rule has to say so, and reading throws. */
const carriers = new Set(["spec", "template", "jobTemplate", "podTemplate"]);

function search(value: unknown, way: Way, found: Found[]): void {
  if (Array.isArray(value)) {
    value.forEach((each: unknown, index) => {
      if (typeof each === "object") search(each, { ...way, from: way, step: `[${index}]` }, found);
    });
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const isWorkflow = list(value, "templates").some(isTemplate);
  const workflow = isWorkflow ? value : way.workflow;
  const pod = isWorkflow ? undefined : podIn(value, { ...way, workflow });
  if (pod !== undefined) found.push(pod);
  for (const key of Object.keys(value)) {
    if (leaves.has(key)) continue;
    const child = raw(value, key);
    const isManifest = key === "manifest" && typeof child === "string";
    if (!isManifest && !carriers.has(key) && typeof child !== "object") continue;
    const next = { from: way, step: `.${key}`, key, parent: value, workflow };
    search(isManifest ? parsed(child) : Reflect.get(value, key), next, found);
  }
}

/** Fields by one of which a template of a workflow says what it does. */
const templateKinds = [
  "container",
  "script",
  "containerSet",
  "steps",
  "dag",
  "suspend",
  "resource",
];

function isTemplate(value: unknown): boolean {
  return isObject(value) && templateKinds.some((kind) => raw(value, kind) !== undefined);
}

/**
 * A property without the check that throws for an unknown value: an unknown one is a text that no
 * shape matches.
 */
function raw(value: object, key: string): unknown {
  return Reflect.getOwnPropertyDescriptor(value, key)?.value;
}

/** The object in a text that a workflow creates; its parameters may be anything. */
function parsed(manifest: string): unknown {
  try {
    return load(manifest.replace(/\{\{[^}]*\}\}/g, "x"));
  } catch (error) {
    if (error instanceof YAMLException) return undefined;
    throw error;
  }
}

/** The pod that an object is, by its shape. */
function podIn(value: object, way: Way): Found | undefined {
  const { key, parent, workflow } = way;
  if (key === "templates" || key === "inline")
    return templateContainers(value).length === 0
      ? undefined
      : {
          path: pathOf(way),
          name: text(value, "name"),
          metadata: at(value, "metadata"),
          spec: workflowPodSpec(workflow, value),
        };
  const holds = containerLists.some((field) => raw(value, field) !== undefined);
  if (!holds && !isOperated(value)) return undefined;
  return {
    path: pathOf(way),
    name: undefined,
    metadata: at(key === "spec" ? parent : value, "metadata"),
    spec: holds && isWhole(value) ? value : completed(value, key),
  };
}

/** Whether a PodSpec leaves no container to an operator: each says which image it runs. */
function isWhole(spec: object): boolean {
  return (
    raw(spec, "image") === undefined &&
    containerLists.every((field) =>
      list(spec, field).every((each) => isObject(each) && raw(each, "image") !== undefined),
    )
  );
}

/** Whether an object has settings of a pod that its operator makes. */
function isOperated(value: object): boolean {
  const image = raw(value, "image");
  return (
    (typeof image === "string" && /^\w[\w./:@-]*$/.test(image) && !image.includes("://")) ||
    hostFields.some((field) => raw(value, field) === true) ||
    objectFields.some((field) => isObject(raw(value, field))) ||
    list(value, "volumes").some((volume) => isObject(volume) && Object.keys(volume).length > 1)
  );
}

const hostFields = ["hostNetwork", "hostPID", "hostIPC"];
const objectFields = ["securityContext", "podSecurityContext", "container"];

/** What of an object is its container's, where one object describes a pod and its container. */
const containerFields = [
  ...["image", "command", "args", "env", "envFrom", "ports", "resources", "volumeMounts"],
  ...["lifecycle", "livenessProbe", "readinessProbe", "securityContext"],
];

/**
 * A pod that an operator completes: what is set is judged, and what is not counts as set well,
 * because the operator sets it.
 */
function completed(value: object, key: string): object {
  const given = record({ value }, "value");
  const isOwn = (field: string) => given[field] !== undefined;
  const own = Object.fromEntries(
    containerFields.filter(isOwn).map((field) => [field, given[field]]),
  );
  const single = isObject(given["container"]) ? record(given, "container") : {};
  const listed = containerLists.map((field) => [
    field,
    list(given, field).map((each) =>
      isObject(each) && raw(each, "image") !== undefined ? each : completedContainer({ each }),
    ),
  ]);
  const lists = Object.fromEntries(listed);
  return {
    serviceAccountName: "(of the operator)",
    automountServiceAccountToken: false,
    ...given,
    ...lists,
    containers: [
      ...list(lists, "containers"),
      completedContainer({ each: { name: key, ...own, ...single } }),
    ],
    securityContext: {
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
      ...record(given, "securityContext"),
      ...record(given, "podSecurityContext"),
    },
  };
}

function completedContainer(container: { readonly each: unknown }): object {
  const set = (path: string) => record(container, `each.${path}`);
  return {
    ...record(container, "each"),
    resources: {
      requests: { cpu: "(of the operator)", memory: "", ...set("resources.requests") },
      limits: { cpu: "", memory: "(of the operator)", ...set("resources.limits") },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      ...set("securityContext"),
      capabilities: { drop: ["ALL"], ...set("securityContext.capabilities") },
    },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The operator adds its container where the template has none of that name, so that it counts as
 * one about which nothing is said.
 */
function elasticPods(resource: ResourceView, { main, templates }: ElasticTemplates): Pod[] {
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

function templateContainers(template: unknown): unknown[] {
  const single = ["container", "script"].flatMap((key) => at(template, key) ?? []);
  return [...single, ...list(template, "containerSet.containers"), ...list(template, "sidecars")];
}

/**
 * Settings of a template win over those of its workflow. Getters, so that an unknown one hinders
 * only the rules that read it.
 */
function workflowPodSpec(workflow: unknown, template: unknown): object {
  const setting = (key: string) => at(template, key) ?? at(workflow, key);
  return {
    containers: templateContainers(template),
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
