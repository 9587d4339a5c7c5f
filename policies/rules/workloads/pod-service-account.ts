import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { podTypes } from "../../pod-shapes";
import { eachPod } from "../../pods";

export const rule = resourceRule({
  name: "workloads-pod-service-account",
  area: "workloads",
  description: "Pods must run under a service account of their own.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Create a ServiceAccount for the workload and name it in serviceAccountName.",
  url: "https://kubernetes.io/docs/concepts/security/service-accounts/",
  frameworks: [{ framework: "cis-eks", clause: "4.1.5" }],
  types: podTypes,
  check: (resource) =>
    eachPod(resource, (pod) => {
      const account = text(pod.spec, "serviceAccountName") ?? "default";
      return account === "default" || account === ""
        ? ["set serviceAccountName to an account of its own, got default"]
        : [];
    }),
});
