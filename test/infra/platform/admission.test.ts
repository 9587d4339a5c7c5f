import {
  admissionPolicies,
  policyBinding,
  policyManifest,
} from "../../../infra/platform/admission";
import { admissionNames } from "../../../policies/duties";

it("has the policies that the rule asks of every cluster, and no other", () =>
  expect(admissionPolicies.map(({ name }) => name)).toEqual([...admissionNames]));

it.each(admissionPolicies.map((policy) => [policy.name, policy] as const))(
  "%s refuses what it cannot judge, everywhere, and says why",
  (name, policy) => {
    const { spec } = policyManifest(policy);
    expect(spec.failurePolicy).toBe("Fail");
    expect(policyBinding(policy).spec).toEqual({ policyName: name, validationActions: ["Deny"] });
    for (const { message, expression } of spec.validations) {
      expect(message).toContain(" must ");
      // Optional fields are read with `?`: one that is absent must not become an error that refuses
      // a good request.
      expect(expression).not.toMatch(/\b(object|oldObject)\.status\./);
    }
  },
);
