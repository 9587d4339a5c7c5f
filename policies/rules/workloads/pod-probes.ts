import { at } from "../../resources";
import { resourceRule } from "../../rule";
import { eachContainer, serverTypes } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-probes",
  area: "workloads",
  description: "Servers must say when they are ready and whether they are alive.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Add a readinessProbe and a livenessProbe to each container.",
  url: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: serverTypes,
  parameters: { probes: ["readinessProbe", "livenessProbe"] },
  check: (resource, { probes }) =>
    eachContainer(resource, (container) => {
      // An init container ends before traffic comes, unless it restarts always: then it is a
      // sidecar.
      if (container.kind !== "container") return [];
      return probes.flatMap((probe) =>
        at(container.spec, probe) === undefined ? [`have a ${probe}, got nothing`] : [],
      );
    }),
});
