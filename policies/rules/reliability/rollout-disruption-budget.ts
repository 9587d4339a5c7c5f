import { at, ofType, text } from "../../resources";
import { stackRule } from "../../rule";
import { subject, objectKey, rolloutType, selects } from "../../kubernetes";

export const rule = stackRule({
  name: "reliability-rollout-disruption-budget",
  area: "reliability",
  description:
    "Rollouts must have a disruption budget, so that draining nodes never takes all replicas.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Create a PodDisruptionBudget in the Rollout's namespace whose selector matches its pods.",
  url: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  check: (resources) => {
    const budgets = ofType(resources, "kubernetes:policy/v1:PodDisruptionBudget");
    const seen = new Map<string, number>();
    return ofType(resources, rolloutType).flatMap((resource) => {
      // A stack has the same Rollout once per cluster, so each needs a budget of its own.
      const key = objectKey(resource);
      const earlier = seen.get(key) ?? 0;
      seen.set(key, earlier + 1);
      // The Deployment that it may refer to has the labels of its pods.
      if (at(resource.props, "spec.workloadRef") !== undefined) return [];
      const namespace = text(resource.props, "metadata.namespace");
      const found = budgets.filter(
        ({ props }) =>
          text(props, "metadata.namespace") === namespace &&
          selects(at(props, "spec.selector"), resource),
      ).length;
      return found > earlier
        ? []
        : [
            {
              resource,
              message: `${subject(resource)} must have a PodDisruptionBudget in each cluster, got ${found} in the stack`,
            },
          ];
    });
  },
});
