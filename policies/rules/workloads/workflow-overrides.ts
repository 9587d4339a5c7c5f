import { subject } from "../../kubernetes";
import { workflowTypes } from "../../pods";
import { at, list } from "../../resources";
import { resourceRule } from "../../rule";

export const rule = resourceRule({
  name: "workloads-workflow-overrides",
  area: "workloads",
  description:
    "A workflow must say what its pods are where it is judged, and patch none of them past it.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Write the fields into the template; drop podSpecPatch, also of artifactGC, and accounts of artifactGC and of the executor.",
  url: "https://argo-workflows.readthedocs.io/en/latest/fields/#workflowspec",
  frameworks: [{ framework: "ml-lens", clause: "MLSEC-13" }],
  types: [...workflowTypes, "kubernetes:argoproj.io/v1alpha1:Sensor"],
  check: (resource) => {
    const found = new Set<string>();
    search(resource.props, "", found);
    return [...found].map((path) => `${subject(resource)} must not set ${path}`);
  },
});

/** Fields that change a pod after its template, wherever in a workflow they are. */
function search(value: unknown, key: string, found: Set<string>): void {
  if (Array.isArray(value))
    return list({ value }, "value").forEach((each) => search(each, key, found));
  if (typeof value !== "object" || value === null) return;
  if (Object.hasOwn(value, "podSpecPatch")) found.add("podSpecPatch");
  if ((key === "artifactGC" || key === "executor") && at(value, "serviceAccountName") !== undefined)
    found.add(`${key}.serviceAccountName`);
  for (const name of Object.keys(value))
    if (name !== "metadata" && name !== "status")
      search(Reflect.getOwnPropertyDescriptor(value, name)?.value, name, found);
}
