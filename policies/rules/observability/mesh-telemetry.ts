import { occurrences, ofType, at, list, text } from "../../resources";
import { istio, rootNamespace } from "../../kubernetes";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "observability-mesh-telemetry",
  area: "observability",
  description: "A mesh must log the requests between its workloads.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Add a Telemetry with accessLogging and no selector in the root namespace of the mesh.",
  url: "https://istio.io/latest/docs/tasks/observability/logs/telemetry-api/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 12" },
    { framework: "iso-42001", clause: "A.6.2.8" },
  ],
  parameters: { rootNamespace },
  check: (resources, parameters) => {
    const gateways = ofType(resources, istio("networking", "Gateway"));
    const logged = ofType(resources, istio("telemetry", "Telemetry")).filter(
      ({ props }) =>
        text(props, "metadata.namespace") === parameters.rootNamespace &&
        at(props, "spec.selector") === undefined &&
        list(props, "spec.accessLogging").some((each) => at(each, "disabled") !== true),
    );
    const [wanted, found] = [occurrences(gateways), occurrences(logged)];
    return found >= wanted
      ? []
      : [
          {
            message: `each of ${wanted} meshes must have a Telemetry with accessLogging in ${parameters.rootNamespace}, got ${found}`,
          },
        ];
  },
});
