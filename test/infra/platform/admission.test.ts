import {
  admissionPolicies,
  policyBinding,
  policyManifest,
} from "../../../infra/platform/admission";
import { killRouteName } from "../../../infra/platform/admission-releases";
import { workflowAnswers, workflowParameters } from "../../../infra/platform/admission-workflows";
import { killRoute } from "../../../infra/serving/kill-switch";
import { erasureParameters } from "../../../infra/workflows/erasure/definition";
import { approval, parameters } from "../../../infra/workflows/retraining/steps";
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

it("knows what a workflow is asked with, and that nobody names a server", () => {
  expect(workflowParameters.eraser).toEqual([...erasureParameters]);
  const { server, ...asked } = parameters;
  expect(workflowParameters.sensor).toEqual(Object.values(asked));
  expect(Object.values(workflowParameters).flat()).not.toContain(server);
  expect([...workflowAnswers].sort()).toEqual([approval.yes, approval.none].sort());
});

it("lets a person put the kill switch's route before a model's own, by its name", () =>
  expect(killRouteName).toBe(killRoute));
