import { at, list, number } from "../../resources";
import { resourceRule } from "../../rule";
import { podSpecs } from "../../pod-shapes";
import { containers } from "../../pods";
import { shown, rolloutType } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-rollout-graceful-termination",
  area: "reliability",
  description:
    "Model servers must have time to answer the requests that they hold before they stop.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Set terminationGracePeriodSeconds, and a lifecycle.preStop hook that waits until the endpoint is out of every load balancer.",
  url: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: [rolloutType],
  parameters: { graceSeconds: 30 },
  check: (resource, { graceSeconds }) =>
    podSpecs(resource).flatMap((pod) => {
      const grace = number(pod.spec, "terminationGracePeriodSeconds");
      const short =
        grace !== undefined && grace >= graceSeconds
          ? []
          : [
              `${pod.label} must set terminationGracePeriodSeconds to ${graceSeconds} or more, got ${shown(grace)}`,
            ];
      const serving = containers(pod).filter(
        (container) => container.kind === "container" && list(container.spec, "ports").length > 0,
      );
      return [
        ...short,
        ...serving.flatMap((container) =>
          at(container.spec, "lifecycle.preStop") === undefined
            ? [`${container.label} must have a lifecycle.preStop hook, got nothing`]
            : [],
        ),
      ];
    }),
});
