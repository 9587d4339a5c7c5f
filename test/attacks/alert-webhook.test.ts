import { eventSourcePodLabels, webhook } from "../../infra/kubernetes/retraining-webhook";
import { namespaces, type NamespaceRole } from "../../infra/kubernetes/labels";
import type { Peer, Port, Selector } from "../../infra/platform/network-peers";
import { networkPolicies } from "../../infra/platform/network-policies";
import { retrainingLabels } from "../../infra/workflows/retraining/definition";

/** A pod as network policies see it. */
interface Pod {
  readonly role: NamespaceRole;
  readonly labels: Readonly<Record<string, string>>;
}

const selects = ({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Pod["labels"]) =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, values }) => !values.includes(labels[key] ?? ""));

/** Whether a peer of a policy in `own` is the pod; an address of the network is none of ours. */
function isPeer({ ipBlock, namespaceSelector, podSelector = {} }: Peer, own: string, pod: Pod) {
  const name = namespaces[pod.role];
  const inNamespace =
    namespaceSelector === undefined
      ? name === own
      : selects(namespaceSelector, { "kubernetes.io/metadata.name": name });
  return ipBlock === undefined && inNamespace && selects(podSelector, pod.labels);
}

const opens = (ports: readonly Port[] | undefined, port: number) =>
  ports === undefined || ports.some((each) => each.port === port);

/** Whether the policies of both namespaces let a pod connect to another, as a network enforces them. */
function reaches(from: Pod, to: Pod, port: number): boolean {
  const policiesOf = (pod: Pod) =>
    networkPolicies(pod.role, { target: "aws", network: ["10.32.0.0/16"] }).filter(({ spec }) =>
      selects(spec.podSelector, pod.labels),
    );
  const out = policiesOf(from)
    .flatMap(({ spec }) => spec.egress ?? [])
    .some(
      (rule) =>
        opens(rule.ports, port) &&
        (rule.to ?? []).some((peer) => isPeer(peer, namespaces[from.role], to)),
    );
  const inwards = policiesOf(to)
    .flatMap(({ spec }) => spec.ingress ?? [])
    .some(
      (rule) =>
        opens(rule.ports, port) &&
        (rule.from ?? []).some((peer) => isPeer(peer, namespaces[to.role], from)),
    );
  return out && inwards;
}

const training = (labels: Pod["labels"]): Pod => ({ role: "training", labels });
// Labels of Argo Events 1.9.6 (pkg/reconciler).
const source = training({
  ...eventSourcePodLabels,
  controller: "eventsource-controller",
  "owner-name": "retraining",
});
const sensor = training({ controller: "sensor-controller", "sensor-name": "a-retraining" });
const bus = training({ controller: "eventbus-controller", "eventbus-name": "default" });
const step = training({ ...retrainingLabels("a"), "workflows.argoproj.io/workflow": "a-1" });
const alertmanager: Pod = {
  role: "observability",
  labels: { "app.kubernetes.io/name": "alertmanager" },
};

describe("the webhook that starts a retraining", () => {
  it("hears Alertmanager", () => expect(reaches(alertmanager, source, webhook.port)).toBe(true));

  it.each([
    ["a step of a run", step],
    ["a step of an erasure", training({ "app.kubernetes.io/component": "erasure" })],
    ["a sensor", sensor],
    ["the bus", bus],
    ["a pod without labels", training({})],
    ["a pod of a model", { role: "models", labels: {} }],
    ["Prometheus", { role: "observability", labels: { "app.kubernetes.io/name": "prometheus" } }],
  ] as const)("hears nothing of %s", (_, from) =>
    expect(reaches(from, source, webhook.port)).toBe(false),
  );
});

describe("the bus of alerts", () => {
  it.each([
    ["the webhook", source, 4222],
    ["a sensor", sensor, 4222],
    ["another of its servers", bus, 6222],
  ] as const)("is open to %s", (_, from, port) => expect(reaches(from, bus, port)).toBe(true));

  it("is closed to a step of a run", () => expect(reaches(step, bus, 4222)).toBe(false));
});
