import { isProgram, literal, sameBut, type AdmissionPolicy } from "./admission-cel";

/** Fields of a workload's spec that a person changes to scale it, hold it or restart it, by kind. */
export const steered: Readonly<Record<string, readonly string[]>> = {
  CronJob: ["suspend"],
  CronWorkflow: ["suspend"],
  Deployment: ["replicas", "paused"],
  Rollout: ["replicas", "paused", "restartAt"],
  StatefulSet: ["replicas"],
};
/** Annotation of a template by which `kubectl rollout restart` restarts a workload. */
const restart = "kubectl.kubernetes.io/restartedAt";

/**
 * Kinds that run code, most of them as pods, by API group; a test finds them in the cluster's own definitions, and fails
 * when one is missing. Jobs and Workflows have a policy of their own for who starts them.
 */
const kinds: readonly (readonly [group: string, version: string, resources: readonly string[]])[] =
  [
    ["apps", "v1", ["daemonsets", "deployments", "statefulsets"]],
    ["batch", "v1", ["cronjobs"]],
    [
      "argoproj.io",
      "v1alpha1",
      [
        "analysisruns",
        "analysistemplates",
        "clusteranalysistemplates",
        "cronworkflows",
        "eventbus",
        "eventsources",
        "experiments",
        "rollouts",
        "sensors",
        "workflowtemplates",
      ],
    ],
    ["beat.k8s.elastic.co", "v1beta1", ["beats"]],
    ["elasticsearch.k8s.elastic.co", "v1", ["elasticsearches"]],
    ["kibana.k8s.elastic.co", "v1", ["kibanas"]],
    // Code that a proxy runs within itself.
    ["extensions.istio.io", "v1alpha1", ["trafficextensions", "wasmplugins"]],
    ["networking.istio.io", "v1alpha3", ["envoyfilters"]],
    ["keda.sh", "v1alpha1", ["scaledjobs"]],
    ["monitoring.coreos.com", "v1", ["alertmanagers", "prometheuses", "thanosrulers"]],
    ["monitoring.coreos.com", "v1alpha1", ["prometheusagents"]],
  ];

const [template, before] = ["object", "oldObject"].map((of) => `${of}.spec.?template.orValue({})`);
const metadata = (of: string | undefined) => `${of ?? ""}.?metadata.orValue({})`;
const annotations = (of: string | undefined) => `${metadata(of)}.?annotations.orValue({})`;

/**
 * What runs is decided by the program alone: a person may restart, scale, hold and remove, and
 * change nothing else of a workload.
 */
export const whatRuns: AdmissionPolicy = {
  name: "causeway-what-runs",
  rules: [
    ...kinds.map(([group, version, resources]) => ({
      apiGroups: [group],
      apiVersions: [version],
      operations: ["CREATE", "UPDATE"] as const,
      resources,
    })),
    {
      apiGroups: ["batch"],
      apiVersions: ["v1"],
      operations: ["UPDATE"],
      resources: ["jobs"],
    },
  ],
  conditions: { person: `!${isProgram}` },
  checks: [
    {
      expression: "request.operation == 'UPDATE'",
      message: "a person must not create a workload: that takes a change of the program",
    },
    {
      expression: `request.operation != 'UPDATE' || (${sameBut("object.spec", "oldObject.spec", `(${literal(steered)}[?object.kind].orValue([]) + ['template'])`)})`,
      message:
        "a person must not change a workload, a release or its gates but to scale it, hold it or restart it: that takes a change of the program, which the pipeline brings",
    },
    {
      expression: `request.operation != 'UPDATE' || (${sameBut(template ?? "", before ?? "", literal(["metadata"]))} && ${sameBut(metadata(template), metadata(before), literal(["annotations"]))} && ${sameBut(annotations(template), annotations(before), literal([restart]))})`,
      message:
        "a person must not change what a workload runs: that takes a change of the program, which the pipeline brings",
    },
  ],
};
