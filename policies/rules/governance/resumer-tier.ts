import { labelKeys } from "../../../services/contract/labels";
import { rolloutType, shown } from "../../kubernetes";
import type { Pod } from "../../pod-shapes";
import { eachPod } from "../../pods";
import { list, ofType, record, text } from "../../resources";
import { stackRule } from "../../rule";

const cronJobType = "kubernetes:batch/v1:CronJob";
const option = "--model=";

export const rule = stackRule({
  name: "governance-resumer-tier",
  area: "governance",
  description:
    "What resumes paused releases must count approvals by the risk tier that each model has.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Give the CronJob release-resumer one argument --model=<name>=<tier> for each model, with the tier of its contract.",
  url: "https://argo-rollouts.readthedocs.io/en/stable/features/canary/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
  ],
  types: [cronJobType, rolloutType],
  parameters: { resumers: ["release-resumer"] },
  check: (resources, { resumers }) => {
    const tiers = new Map(
      ofType(resources, rolloutType).flatMap(({ props }) => {
        const tier = record(props, "metadata.labels")[labelKeys.riskTier];
        return typeof tier === "string"
          ? [[text(props, "metadata.name") ?? "", tier] as const]
          : [];
      }),
    );
    return ofType(resources, cronJobType).flatMap((resource) =>
      eachPod(resource, (pod) =>
        resumers.includes(text(pod.spec, "serviceAccountName") ?? "")
          ? gaps(tiers, argumentsOf(pod))
          : [],
      ).map((message) => ({ resource, message })),
    );
  },
});

function argumentsOf({ spec }: Pod): string[] {
  const given = list(spec, "containers").flatMap((container) => list(container, "args"));
  return given
    .map(String)
    .filter((argument) => argument.startsWith(option))
    .map((argument) => argument.slice(option.length));
}

function gaps(tiers: ReadonlyMap<string, string>, given: readonly string[]): string[] {
  return [...tiers].flatMap(([model, tier]) => {
    const own = given.filter((one) => one.split("=")[0] === model);
    return own.length === 1 && own[0] === `${model}=${tier}`
      ? []
      : [`count approvals of ${shown(model)} by its tier ${tier}, got ${own.join(", ") || "none"}`];
  });
}
