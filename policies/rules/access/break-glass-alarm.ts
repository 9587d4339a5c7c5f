import { iamRoleType } from "../../iam";
import { nameOf } from "../../duties";
import { ofType, refersTo, number, text } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";
import { subject } from "../../kubernetes";

export const rule = stackRule({
  name: "access-break-glass-alarm",
  area: "access",
  description:
    "A role for emergencies must last an hour at most, be assumable only where it is watched, and tell somebody of every use.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Lower maxSessionDuration to 3600, condition the trust on aws:RequestedRegion, and give each of those regions an EventRule on AssumeRole with an SNS topic that has a subscription (access.alertEmails).",
  url: "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_permissions_emergency_process.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-03" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
  ],
  types: [
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:sns/topicSubscription:TopicSubscription",
  ],
  parameters: { ending: "-break-glass", maximumSeconds: 3_600 },
  check: (resources, { ending, maximumSeconds }) =>
    ofType(resources, iamRoleType)
      .filter((role) => nameOf(role).endsWith(ending))
      .flatMap((role) =>
        problems(resources, role, maximumSeconds).map((problem) => ({
          resource: role,
          message: `${subject(role)} must ${problem}`,
        })),
      ),
});

function problems(
  resources: readonly ResourceView[],
  role: ResourceView,
  maximumSeconds: number,
): string[] {
  const seconds = number(role.props, "maxSessionDuration") ?? 3_600;
  const trust = text(role.props, "assumeRolePolicy") ?? "";
  const regions = [
    ...new Set(
      [...trust.matchAll(/"aws:RequestedRegion":(\[[^\]]*\]|"[^"]*")/g)].flatMap(
        ([, value = "[]"]) => [...value.matchAll(/"([^"]+)"/g)].map(([, region = ""]) => region),
      ),
    ),
  ];
  const heard = ofType(resources, "aws:cloudwatch/eventRule:EventRule").filter(
    (rule) => hears(rule, nameOf(role)) && tells(resources, rule),
  );
  return [
    ...(seconds <= maximumSeconds
      ? []
      : [`end sessions after ${maximumSeconds} seconds or less, got ${seconds}`]),
    ...(regions.length > 0 ? [] : ["be assumable in named regions alone, got any"]),
    ...(heard.length > 0 && heard.length >= regions.length
      ? []
      : [
          `be alarmed with somebody who is told in each of ${Math.max(regions.length, 1)} regions, got ${heard.length}`,
        ]),
  ];
}

/** Whether a rule takes every event of the role's assumption. */
function hears({ props }: ResourceView, role: string): boolean {
  const pattern = text(props, "eventPattern") ?? "";
  return (
    pattern.includes('"AssumeRole"') &&
    pattern.includes(`:role/${role}"`) &&
    (text(props, "state") ?? "") === "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
  );
}

/** Whether a rule reaches a topic that somebody has subscribed to. */
function tells(resources: readonly ResourceView[], rule: ResourceView): boolean {
  const targets = ofType(resources, "aws:cloudwatch/eventTarget:EventTarget").filter((target) =>
    refersTo(target, "rule", rule),
  );
  const subscriptions = ofType(resources, "aws:sns/topicSubscription:TopicSubscription");
  return ofType(resources, "aws:sns/topic:Topic").some(
    (topic) =>
      targets.some((target) => refersTo(target, "arn", topic)) &&
      subscriptions.some((subscription) => refersTo(subscription, "topic", topic)),
  );
}
