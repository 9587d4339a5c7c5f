import { labelKeys } from "../../../../services/contract/labels";
import { rule as pickle } from "../../../../policies/rules/governance/pod-pickle";
import { rule as gate } from "../../../../policies/rules/governance/rollout-human-gate";
import { rule as image } from "../../../../policies/rules/governance/rollout-image";
import { rule as resumerTier } from "../../../../policies/rules/governance/resumer-tier";
import { rule as labels } from "../../../../policies/rules/governance/rollout-labels";
import { resumerJob } from "../../../../infra/workflows/resumer";
import { releaseSteps } from "../../../../infra/serving/steps";
import { modelsFolder } from "../../../harness/fixtures";
import { loadContract } from "../../../../services/contract/load";
import { loadRelease } from "../../../../services/evidence/load";
import type { ResourceView } from "../../../../policies/rule";
import { ruleSuite, set } from "../../../support/rule-suite";
import { changed, goodBudget, goodMonitor, goodRollout } from "../reliability/good";
import { goodModelService } from "./good";
import { releaseLabels } from "../../../../services/evidence/rollout";

const type = "kubernetes:argoproj.io/v1alpha1:Rollout";
const good = goodRollout();
const steps = "spec.strategy.canary.steps";

ruleSuite(gate, {
  type,
  good,
  deviations: {
    "a pause that ends by itself": (g) => ({
      deviant: set(g, `${steps}.3.pause`, { duration: "1h" }),
      message:
        /Rollout "scorer" must pause without a duration before it takes all traffic, because its model's risk tier is high, got no such step/,
    }),
    "a pause that comes too late": (g) =>
      set(set(g, `${steps}.3.pause`, { duration: "1h" }), `${steps}.5.pause`, {}),
  },
});

ruleSuite(labels, {
  type,
  good,
  deviations: Object.fromEntries(
    [labelKeys.owner, labelKeys.release].map((key) => [
      `no ${key}`,
      (g) => ({
        deviant: withoutLabel(g, key),
        message: new RegExp(`must have the label ${key}, got nothing`),
      }),
    ]),
  ),
});

function withoutLabel(props: Record<string, unknown>, key: string) {
  const copy = structuredClone(props) as { metadata: { labels: Record<string, string> } };
  delete copy.metadata.labels[key];
  return { ...copy };
}

describe("rules over Rollouts of models", () => {
  it("ask no person about a limited-risk model", () => {
    const props = set(good, "spec.strategy.canary.steps.3.pause", { duration: "1h" }) as {
      metadata: { labels: Record<string, string> };
    };
    props.metadata.labels[labelKeys.riskTier] = "limited";
    expect(gate.check({ type, name: "scorer", props: { ...props } }, {})).toEqual([]);
  });

  it("read the labels that the program sets", () => {
    const contract = loadContract(modelsFolder, "loan-approval");
    expect(
      Object.keys(
        releaseLabels({ contract, release: loadRelease(modelsFolder, "loan-approval") }),
      ).sort(),
    ).toEqual([labelKeys.owner, labelKeys.release, labelKeys.riskTier].sort());
  });

  it.each(["canary", "ab", "shadow"] as const)(
    "find the person's step in a release by %s",
    (strategy) => {
      const contract = loadContract(modelsFolder, "loan-approval");
      const props = set(
        good,
        steps,
        releaseSteps({
          contract: { ...contract, release: { ...contract.release, strategy } },
          environment: "prod",
        }),
      );
      expect(gate.check({ type, name: "scorer", props }, {})).toEqual([]);
    },
  );
});

ruleSuite(pickle, {
  type,
  good,
  deviations: {
    "a pickle in an argument": (g) => ({
      deviant: set(g, "spec.template.spec.containers.0.args", ["--model", "/models/model.pkl"]),
      message: /must not load a model from a pickle, got \/models\/model.pkl/,
    }),
    "a joblib file in the environment": (g) =>
      set(g, "spec.template.spec.containers.0.env.0.value", "s3://models/model.joblib"),
  },
});

const stack: ResourceView[] = [
  // High risk would ask for a mesh with a kill switch too.
  {
    type: "causeway:serving:ModelService",
    name: "scorer",
    props: set(goodModelService(), "riskTier", "limited"),
  },
  { type, name: "scorer-rollout", props: goodRollout() },
  { type: "kubernetes:policy/v1:PodDisruptionBudget", name: "scorer-budget", props: goodBudget() },
  {
    type: "kubernetes:monitoring.coreos.com/v1:PodMonitor",
    name: "scorer-monitor",
    props: goodMonitor(),
  },
];
const resumer = {
  type: "kubernetes:batch/v1:CronJob",
  name: "resumer",
  props: {
    metadata: { name: "release-resumer", namespace: "causeway-training" },
    spec: {
      ...resumerJob(
        {
          region: "eu-west-1",
          models: [{ name: "scorer", riskTier: "high" }],
          approverKeys: [],
        },
        `111122223333.dkr.ecr.eu-west-1.amazonaws.com/delivery@sha256:${"a".repeat(64)}`,
      ).spec,
    },
  },
};
const args = "spec.jobTemplate.spec.template.spec.containers.0.args";
const told = (g: readonly ResourceView[], ...models: string[]) =>
  g.map((one) => (one.name === "resumer" ? { ...one, props: set(one.props, args, models) } : one));

ruleSuite(resumerTier, {
  good: [...stack, resumer],
  deviations: {
    "a lower tier": (g) => ({
      deviant: told(g, "--model=scorer=minimal"),
      message: /must count approvals of "scorer" by its tier high, got scorer=minimal/,
    }),
    "two tiers": (g) => told(g, "--model=scorer=high", "--model=scorer=minimal"),
    "a model left out": (g) => ({
      deviant: told(g, "--region=eu-west-1"),
      message: /by its tier high, got none/,
    }),
  },
});

const otherImage = `111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/scorer@sha256:${"f".repeat(64)}`;

ruleSuite(image, {
  good: stack,
  deviations: {
    "another image than the release's": (g) => ({
      deviant: changed(g, "scorer-rollout", (props) =>
        set(props, "spec.template.spec.containers.0.image", otherImage),
      ),
      message:
        /Rollout "scorer-rollout" must run the image of its release, sha256:a+, got 111122223333/,
    }),
  },
});

describe(image.name, () => {
  it("lets an unpublished release run what was built", () => {
    const unpublished = changed(
      changed(stack, "scorer", (props) => set(props, "release.published", false)),
      "scorer-rollout",
      (props) => set(props, "spec.template.spec.containers.0.image", otherImage),
    );
    expect(image.check(unpublished, {})).toEqual([]);
  });
});
