import { digestOf, recorded } from "../../admission";
import { admissionNames, dutyGroups } from "../../duties";
import { ofType, at, list, text } from "../../resources";
import { sameKind, stackRule, type ResourceView } from "../../rule";
import { subject } from "../../kubernetes";

const api = "kubernetes:admissionregistration.k8s.io/v1";
const policyType = `${api}:ValidatingAdmissionPolicy`;
const bindingType = `${api}:ValidatingAdmissionPolicyBinding`;

export const rule = stackRule({
  name: "access-admission-duties",
  area: "access",
  description:
    "Every cluster in which a group deploys, approves or erases must have the policies of admission that keep them apart, unchanged, in force and closed when in doubt.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Put each policy of infra/platform/admission.ts into every cluster, with failurePolicy Fail and a binding that denies, just as it is. Where that file changed on purpose, run npm run docs, which renews policies/admission.json.",
  url: "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14" },
    { framework: "cis-eks", clause: "4.1.8" },
    { framework: "nist-ai-rmf", clause: "GOVERN 2.1" },
  ],
  types: [
    "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
    "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
  ],
  parameters: { required: admissionNames },
  check: (resources, { required }) => {
    const clusters = clustersWithDuties(resources);
    const policies = ofType(resources, policyType);
    const bindings = ofType(resources, bindingType);
    const weak = policies
      .filter(({ props }) => at(props, "spec.failurePolicy") !== "Fail")
      .map((resource) => ({
        resource,
        message: `${subject(resource)} must have failurePolicy Fail`,
      }));
    const silent = bindings
      .filter(({ props }) => !list(props, "spec.validationActions").includes("Deny"))
      .map((resource) => ({ resource, message: `${subject(resource)} must deny` }));
    const partial = bindings
      .filter(({ props }) => at(props, "spec.matchResources") !== undefined)
      .map((resource) => ({
        resource,
        message: `${subject(resource)} must hold everywhere, got matchResources`,
      }));
    const changed = [...policies, ...bindings].filter(isChanged).map((resource) => ({
      resource,
      message: `${subject(resource)} must be as the program makes it, in every expression, condition and exception, got another spec`,
    }));
    const missing = required.flatMap((name) => {
      const there = Math.min(
        policies.filter(({ props }) => at(props, "metadata.name") === name).length,
        bindings.filter(({ props }) => at(props, "spec.policyName") === name).length,
      );
      return there < clusters
        ? [{ message: `${name} must be bound in each of ${clusters} clusters, got ${there}` }]
        : [];
    });
    return [...weak, ...silent, ...partial, ...changed, ...missing];
  },
});

/** Whether a policy of the program, or its binding, is another than the program makes. */
function isChanged({ type, props }: ResourceView): boolean {
  const isPolicy = sameKind(type, policyType);
  const made = recorded(text(props, isPolicy ? "metadata.name" : "spec.policyName") ?? "");
  return (
    made !== undefined && digestOf(at(props, "spec")) !== (isPolicy ? made.policy : made.binding)
  );
}

/** A stack binds a group once in each cluster: the most often that one of its bindings is found. */
function clustersWithDuties(resources: readonly ResourceView[]): number {
  const names: readonly unknown[] = Object.values(dutyGroups);
  const bindings = ofType(resources, "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding").filter(
    ({ props }) => list(props, "subjects").some((each) => names.includes(at(each, "name"))),
  );
  const counts = new Map<string, number>();
  for (const { props } of bindings) {
    const key = `${text(props, "metadata.namespace") ?? ""}/${text(props, "metadata.name") ?? ""}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}
