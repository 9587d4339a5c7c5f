import type { Props } from "../../../support/rule-suite";

const digest = `sha256:${"a".repeat(64)}`;

export const goodImage = `111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/scorer@${digest}`;

/** A container that satisfies every rule. */
export function goodContainer(name = "server"): Props {
  return {
    name,
    image: goodImage,
    ports: [{ name: "http", containerPort: 8080 }],
    env: [{ name: "PORT", value: "8080" }],
    resources: {
      requests: { cpu: "500m", memory: "512Mi" },
      limits: { cpu: "1", memory: "512Mi" },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    readinessProbe: { httpGet: { path: "/ready", port: "http" } },
    livenessProbe: { httpGet: { path: "/live", port: "http" } },
    lifecycle: { preStop: { sleep: { seconds: 10 } } },
  };
}

/** A container that comes and goes before or beside the server. */
export function goodHelper(name: string): Props {
  const own = ["ports", "readinessProbe", "livenessProbe", "lifecycle"];
  return without(goodContainer(name), own);
}

function without(props: Props, keys: readonly string[]): Props {
  return Object.fromEntries(Object.entries(props).filter(([key]) => !keys.includes(key)));
}

/** A pod's specification that satisfies every rule. */
export function goodPodSpec(): Props {
  return {
    serviceAccountName: "scorer",
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 60,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10_001,
      fsGroup: 10_001,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: "scorer" } },
      },
    ],
    containers: [goodContainer()],
    initContainers: [goodHelper("fetch")],
    volumes: [{ name: "tmp", emptyDir: {} }],
  };
}

const template = () => ({ metadata: { labels: { app: "scorer" } }, spec: goodPodSpec() });
const metadata = { name: "scorer", namespace: "causeway-models", labels: { app: "scorer" } };

export function goodDeployment(): Props {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { replicas: 3, selector: { matchLabels: { app: "scorer" } }, template: template() },
  };
}

/** A workflow in which one template has a container and one has not. */
export function goodWorkflowSpec(): Props {
  return {
    ...without(goodPodSpec(), ["containers", "initContainers"]),
    entrypoint: "main",
    activeDeadlineSeconds: 3_600,
    synchronization: { mutexes: [{ name: "retrain" }] },
    templates: [
      { name: "main", dag: { tasks: [{ name: "train", template: "train" }] } },
      { name: "train", container: goodHelper("main"), initContainers: [goodHelper("fetch")] },
    ],
  };
}

/** A pod template whose container the operator starts from the object's own image. */
const operated = (main: string) => ({
  ...template(),
  spec: { ...goodPodSpec(), containers: [without(goodContainer(main), ["image"])] },
});
const volumeClaimTemplates = [
  { metadata: { name: "elasticsearch-data" }, spec: { storageClassName: "causeway-encrypted" } },
];
const elasticKinds = [
  {
    type: "kubernetes:elasticsearch.k8s.elastic.co/v1:Elasticsearch",
    props: {
      metadata: { ...metadata, labels: { "causeway.dev/classification": "confidential" } },
      spec: {
        image: goodImage,
        auth: { disableElasticUser: true },
        nodeSets: [
          {
            name: "default",
            count: 3,
            podTemplate: operated("elasticsearch"),
            volumeClaimTemplates,
          },
        ],
      },
    },
    at: "spec.nodeSets.0.podTemplate.spec",
  },
  {
    type: "kubernetes:kibana.k8s.elastic.co/v1:Kibana",
    props: { metadata, spec: { image: goodImage, podTemplate: operated("kibana") } },
    at: "spec.podTemplate.spec",
  },
  {
    type: "kubernetes:beat.k8s.elastic.co/v1beta1:Beat",
    props: {
      metadata,
      spec: {
        type: "filebeat",
        image: goodImage,
        daemonSet: { podTemplate: operated("filebeat") },
      },
    },
    at: "spec.daemonSet.podTemplate.spec",
  },
].map(({ type, props, at }) => ({ type, props, spec: at, container: `${at}.containers.0` }));

/**
 * Every kind that holds pods, in the properties that satisfy every rule, with the path of its first
 * container.
 */
export const podKinds: readonly {
  readonly type: string;
  readonly props: Props;
  readonly container: string;
  readonly spec: string;
}[] = [
  {
    type: "kubernetes:core/v1:Pod",
    props: {
      metadata: { ...metadata, ownerReferences: [{ kind: "Job", name: "owner" }] },
      spec: goodPodSpec(),
    },
    spec: "spec",
    container: "spec.containers.0",
  },
  {
    type: "kubernetes:core/v1:PodTemplate",
    props: { metadata, template: template() },
    spec: "template.spec",
    container: "template.spec.containers.0",
  },
  ...[
    "core/v1:ReplicationController",
    "apps/v1:Deployment",
    "apps/v1:StatefulSet",
    "apps/v1:DaemonSet",
    "apps/v1:ReplicaSet",
    "batch/v1:Job",
    "argoproj.io/v1alpha1:Rollout",
  ].map((kind) => ({
    type: `kubernetes:${kind}`,
    props: { metadata, spec: { template: template() } },
    spec: "spec.template.spec",
    container: "spec.template.spec.containers.0",
  })),
  ...elasticKinds,
  {
    type: "kubernetes:batch/v1:CronJob",
    props: { metadata, spec: { jobTemplate: { spec: { template: template() } } } },
    spec: "spec.jobTemplate.spec.template.spec",
    container: "spec.jobTemplate.spec.template.spec.containers.0",
  },
  {
    type: "kubernetes:keda.sh/v1alpha1:ScaledJob",
    props: { metadata, spec: { jobTargetRef: { template: template() } } },
    spec: "spec.jobTargetRef.template.spec",
    container: "spec.jobTargetRef.template.spec.containers.0",
  },
  ...["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"].map((kind) => ({
    type: `kubernetes:argoproj.io/v1alpha1:${kind}`,
    props: { metadata, spec: goodWorkflowSpec() },
    spec: "spec",
    container: "spec.templates.1.container",
  })),
  {
    type: "kubernetes:argoproj.io/v1alpha1:CronWorkflow",
    props: {
      metadata,
      spec: {
        schedules: ["0 3 * * *"],
        concurrencyPolicy: "Forbid",
        workflowSpec: goodWorkflowSpec(),
      },
    },
    spec: "spec.workflowSpec",
    container: "spec.workflowSpec.templates.1.container",
  },
  ...[
    ["argoproj.io/v1alpha1:Experiment", "spec.templates.0.template.spec"],
    ["argoproj.io/v1alpha1:AnalysisTemplate", "spec.metrics.0.provider.job.spec.template.spec"],
    ["kubeflow.org/v1:PyTorchJob", "spec.pytorchReplicaSpecs.Master.template.spec"],
    ["serving.knative.dev/v1:Service", "spec.template.spec"],
    ["serving.kserve.io/v1beta1:InferenceService", "spec.predictor"],
    ["ray.io/v1:RayCluster", "spec.headGroupSpec.template.spec"],
    ["jobset.x-k8s.io/v1alpha2:JobSet", "spec.replicatedJobs.0.template.spec.template.spec"],
    ["unheard.example/v1:Thing", "spec.deep.down.0.inside"],
  ].map(([kind, at]) => ({
    type: `kubernetes:${kind}`,
    props: wrapped(at!.split("."), goodPodSpec(), { metadata }),
    spec: at!,
    container: `${at}.containers.0`,
  })),
];

/** A value at a path; a step that is a number makes a list. */
function wrapped(path: readonly string[], value: unknown, around: Props = {}): Props {
  const inner = [...path].reverse().reduce<unknown>((within, step) => {
    return step === "0" ? [within] : { [step]: within };
  }, value);
  return { ...around, ...(inner as Props) };
}
