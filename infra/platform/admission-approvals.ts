import { carriedApproval } from "../../services/evidence/approvals";
import { groups, namespaces } from "../kubernetes/labels";
import { anyOf, literal, type AdmissionPolicy } from "./admission-cel";

const { namePrefix, label, keys } = carriedApproval;
const labelled = (of: string) => `${of}.metadata.?labels['${label}'].orValue('') != ''`;
const longest = 16_384;

/**
 * An approval that is taken into a cluster by a ConfigMap is one person's word: theirs alone to give,
 * in the name by which the API server knows them, and nobody's to change.
 */
export const carriedApprovals: AdmissionPolicy = {
  name: "causeway-carried-approval",
  rules: [
    {
      apiGroups: [""],
      apiVersions: ["v1"],
      operations: ["CREATE", "UPDATE"],
      resources: ["configmaps"],
    },
  ],
  conditions: {
    "models-alone": `request.namespace == '${namespaces.models}'`,
    approval: `${anyOf("approvers")} || ${labelled("object")} || (request.operation == 'UPDATE' && ${labelled("oldObject")})`,
  },
  checks: [
    {
      expression: "request.operation == 'CREATE'",
      message: "an approval must stay as it was given",
    },
    {
      expression: `${anyOf("approvers")} && !${anyOf("pipelines", "erasers", "breakGlass")}`,
      message: `only a member of ${groups.approvers}, who is neither ${groups.pipelines} nor ${groups.erasers}, must approve`,
    },
    {
      expression: `${labelled("object")} && object.metadata.name.startsWith('${namePrefix}') && !has(object.metadata.ownerReferences) && !has(object.metadata.finalizers) && object.?immutable.orValue(false)`,
      message: `a ConfigMap of an approver must be an approval: named ${namePrefix}..., with the label ${label}, and immutable`,
    },
    {
      expression: `object.?data.orValue({}).all(k, k in ${literal(Object.values(keys))}) && !has(object.binaryData) && object.?data[?'${keys.actor}'].orValue('') == request.userInfo.username && object.?data[?'${keys.entry}'].orValue('').size() <= ${longest}`,
      message: `an approval must be in the name of whoever gives it, as ${keys.actor}, and hold the entry of the ledger alone`,
    },
  ],
};
