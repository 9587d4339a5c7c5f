import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-scaled-object-null-values",
  area: "reliability",
  description: "Autoscalers must treat a metric that vanished as lost, not as zero.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    'Set metadata.ignoreNullValues to "false" on each prometheus trigger; KEDA otherwise scales in when Prometheus has nothing to say.',
  url: "https://keda.sh/docs/latest/scalers/prometheus/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["kubernetes:keda.sh/v1alpha1:ScaledObject"],
  check: (resource) =>
    list(resource.props, "spec.triggers").flatMap((trigger, index) => {
      const ignored = at(trigger, "metadata.ignoreNullValues");
      return text(trigger, "type") !== "prometheus" || ignored === "false"
        ? []
        : [
            `${subject(resource)} must set spec.triggers[${index}].metadata.ignoreNullValues to "false", got ${shown(ignored)}`,
          ];
    }),
});
