import { admissionPolicies, policyBinding, policyManifest } from "../../infra/platform/admission";
import { digestOf } from "../../policies/admission";

/**
 * The text of `policies/admission.json`: the digest of each admission policy that the program
 * makes, and of its binding. The pack judges what an update brings, so it cannot ask the program.
 */
export function admissionRecord(): string {
  const entries = admissionPolicies.map((policy) => [
    policy.name,
    {
      policy: digestOf(policyManifest(policy).spec),
      binding: digestOf(policyBinding(policy).spec),
    },
  ]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}
