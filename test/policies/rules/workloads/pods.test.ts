import { podSpecs } from "../../../../policies/pod-shapes";
import { containers } from "../../../../policies/pods";
import { rule as capabilities } from "../../../../policies/rules/workloads/pod-capabilities";
import { rule as nonRoot } from "../../../../policies/rules/workloads/pod-run-as-non-root";
import { rule as privileged } from "../../../../policies/rules/workloads/pod-privileged";
import { appliesTo } from "../../../../policies/rule";
import { rules } from "../../../../policies/rules";
import { set, unset } from "../../../support/rule-suite";
import { goodContainer, goodDeployment, goodHelper, goodWorkflowSpec, podKinds } from "./good";

describe("podSpecs", () => {
  it.each(podKinds)("finds the pod of $type with its containers", ({ type, props }) => {
    const [pod, ...others] = podSpecs({ type, name: "scorer", props });
    expect(others).toEqual([]);
    expect(pod?.label).toContain('"scorer"');
    expect(containers(pod!).map(({ kind }) => kind)).toEqual(["container", "init container"]);
  });

  it.each(podKinds)("lets a rule see into a container of $type", ({ type, props, container }) => {
    const deviant = set(props, `${container}.securityContext.privileged`, true);
    expect(privileged.check({ type, name: "scorer", props: deviant }, {})).toEqual([
      expect.stringMatching(
        /container .* of .*"scorer" must not set securityContext.privileged, got true/,
      ),
    ]);
  });

  it.each(podKinds)(
    "lets a rule see the security context of the pod of $type",
    ({ type, props, spec }) => {
      const deviant = unset(props, `${spec}.securityContext.runAsNonRoot`);
      expect(nonRoot.check({ type, name: "scorer", props: deviant }, {})).toHaveLength(2);
    },
  );

  it("finds ephemeral containers, scripts, sidecars and container sets", () => {
    const deployment = set(goodDeployment(), "spec.template.spec.ephemeralContainers", [
      { name: "debug", image: "x" },
    ]);
    const [pod] = podSpecs({
      type: "kubernetes:apps/v1:Deployment",
      name: "scorer",
      props: deployment,
    });
    expect(containers(pod!).map(({ kind }) => kind)).toContain("ephemeral container");

    const templates = [
      { name: "script", script: goodHelper("script"), sidecars: [goodHelper("sidecar")] },
      { name: "set", containerSet: { containers: [goodHelper("one"), goodHelper("two")] } },
      { name: "steps", steps: [] },
    ];
    const pods = podSpecs({
      type: "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate",
      name: "retrain",
      props: { metadata: { name: "retrain" }, spec: { ...goodWorkflowSpec(), templates } },
    });
    expect(pods.map(({ label }) => label)).toEqual([
      'template "script" of WorkflowTemplate "retrain"',
      'template "set" of WorkflowTemplate "retrain"',
    ]);
    expect(pods.map((each) => containers(each).length)).toEqual([2, 2]);
  });

  it("lets a workflow's template override the workflow", () => {
    const spec = set(goodWorkflowSpec(), "templates.1.securityContext", { runAsNonRoot: false });
    expect(
      nonRoot.check(
        {
          type: "kubernetes:argoproj.io/v1alpha1:WorkflowTemplate",
          name: "retrain",
          props: { spec },
        },
        {},
      ),
    ).toHaveLength(2);
  });

  it("finds no pod in a Rollout that refers to a Deployment, nor in another kind", () => {
    expect(
      podSpecs({
        type: "kubernetes:argoproj.io/v1alpha1:Rollout",
        name: "scorer",
        props: { spec: { workloadRef: { name: "scorer" } } },
      }),
    ).toEqual([]);
    expect(podSpecs({ type: "kubernetes:core/v1:ConfigMap", name: "scorer", props: {} })).toEqual(
      [],
    );
  });

  it("names init containers as such", () => {
    const props = set(
      goodDeployment(),
      "spec.template.spec.initContainers.0.securityContext.capabilities",
      {},
    );
    expect(
      capabilities.check({ type: "kubernetes:apps/v1:Deployment", name: "scorer", props }, {}),
    ).toEqual([
      'init container "fetch" of Deployment "scorer" must drop ALL capabilities, got none',
    ]);
  });
});

describe("rules over pods", () => {
  it("refuse a pod that says nothing of its security, by every restricted control that asks for something", () => {
    const bare = {
      metadata: { name: "bare", namespace: "causeway-models" },
      spec: { containers: [{ name: "main", image: goodContainer()["image"] }] },
    };
    const fired = rules.filter(
      (rule) =>
        rule.kind === "resource" &&
        appliesTo(rule, "kubernetes:core/v1:Pod") &&
        rule.check({ type: "kubernetes:core/v1:Pod", name: "bare", props: bare }, {}).length > 0,
    );
    expect(fired.map(({ name }) => name)).toEqual(
      expect.arrayContaining(
        ["privilege-escalation", "run-as-non-root", "seccomp", "capabilities"].map(
          (control) => `workloads-pod-${control}`,
        ),
      ),
    );
  });
});
