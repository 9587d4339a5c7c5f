import { documents, promoterAccount, serverContainer } from "../../services/evidence/rollout";
import { namespaces } from "../kubernetes/labels";
import { digestPattern } from "../../services/contract/digests";
import { labelKeys } from "../../services/contract/labels";

/** Labels that say which version a Rollout and its pods are; a promotion changes no other. */
const versionLabels = [labelKeys.release, "app.kubernetes.io/version"];

/**
 * Whether two maps at a path of the object have the same keys, and under each but these the same
 * value.
 */
function sameBut(path: string, ...changed: readonly string[]): string {
  const [after, before] = [`object.${path}`, `oldObject.${path}`];
  return `${after}.all(k, k in ${before} && (k in ${JSON.stringify(changed)} || ${after}[k] == ${before}[k])) && ${before}.all(k, k in ${after})`;
}

/**
 * What RBAC is too coarse for: the promoter may patch a Rollout, and of it the release's fields
 * alone. Whoever takes over its pods can bring another image of the same repository, which the
 * gates put on trial, and weaken no gate.
 */
export const promotion = {
  name: "causeway-promotion",
  rules: [
    {
      apiGroups: ["argoproj.io"],
      apiVersions: ["v1alpha1"],
      operations: ["UPDATE"],
      resources: ["rollouts", "rollouts/status"],
    },
  ],
  conditions: {
    promoter: `request.userInfo.username == 'system:serviceaccount:${namespaces.training}:${promoterAccount}'`,
  },
  checks: [
    {
      expression: sameBut("spec", "template"),
      message: "the promoter must not change a Rollout but for its pods' release",
    },
    {
      expression: `has(object.status) == has(oldObject.status) && (!has(object.status) || object.status == oldObject.status) && object.metadata.?annotations == oldObject.metadata.?annotations && object.metadata.?finalizers == oldObject.metadata.?finalizers && object.metadata.?ownerReferences == oldObject.metadata.?ownerReferences && ${sameBut("metadata.labels", ...versionLabels)}`,
      message: "the promoter must not change what a Rollout says of itself but for its version",
    },
    {
      expression: `${sameBut("spec.template", "metadata", "spec")} && ${sameBut("spec.template.metadata", "labels", "annotations")} && ${sameBut("spec.template.metadata.labels", ...versionLabels)} && ${sameBut("spec.template.metadata.annotations", documents.release.annotation)}`,
      message:
        "the promoter must not change what pods say of themselves but for their version and manifest",
    },
    {
      expression: `${sameBut("spec.template.spec", "containers")} && object.spec.template.spec.containers.size() == oldObject.spec.template.spec.containers.size() && object.spec.template.spec.containers.all(c, oldObject.spec.template.spec.containers.exists(o, o.name == c.name && o.all(k, k in c) && c.all(k, k in o && (c[k] == o[k] || (k == 'image' && c.name == '${serverContainer}' && c.image.matches('@${digestPattern}$') && c.image.split('@')[0] == o.image.split('@')[0])))))`,
      message:
        "the promoter must not change what pods run but for the digest of the server's image",
    },
  ],
} as const;
