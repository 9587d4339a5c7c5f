import { list, number, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

const behaviour = "spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleUp";

export const rule = resourceRule({
  name: "reliability-scaled-object-scale-up",
  area: "reliability",
  description:
    "Autoscalers must at least double the replicas in half a minute, so that a tenfold spike is met in two minutes.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: `Set spec.pollingInterval, and under ${behaviour} a stabilization window of 0 and a Percent policy of 100 or more.`,
  url: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#scaling-policies",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["kubernetes:keda.sh/v1alpha1:ScaledObject"],
  parameters: { pollingSeconds: 15, windowSeconds: 30, periodSeconds: 30 },
  check: (resource, { pollingSeconds, windowSeconds, periodSeconds }) => {
    const must = (rest: string) => `${subject(resource)} must ${rest}`;
    const polling = number(resource.props, "spec.pollingInterval");
    const window = number(resource.props, `${behaviour}.stabilizationWindowSeconds`) ?? 0;
    // Only the slowest policy counts when selectPolicy is Min; with Max, the default, one fast
    // policy suffices.
    const policies = list(resource.props, `${behaviour}.policies`);
    const fast = policies.map(
      (policy) =>
        text(policy, "type") === "Percent" &&
        (number(policy, "value") ?? 0) >= 100 &&
        (number(policy, "periodSeconds") ?? Infinity) <= periodSeconds,
    );
    const select = text(resource.props, `${behaviour}.selectPolicy`) ?? "Max";
    const doubles =
      select === "Max"
        ? fast.includes(true)
        : select === "Min" && fast.length > 0 && !fast.includes(false);
    return [
      ...(polling !== undefined && polling <= pollingSeconds
        ? []
        : [
            must(
              `set spec.pollingInterval to ${pollingSeconds} seconds or less, got ${shown(polling)}`,
            ),
          ]),
      ...(window <= windowSeconds
        ? []
        : [
            must(
              `set ${behaviour}.stabilizationWindowSeconds to ${windowSeconds} or less, got ${window}`,
            ),
          ]),
      ...(doubles
        ? []
        : [
            must(
              `let ${behaviour} add 100 Percent or more in ${periodSeconds} seconds, got ${policies.length === 0 ? "no policies" : `${shown(policies)} with selectPolicy ${select}`}`,
            ),
          ]),
    ];
  },
});
