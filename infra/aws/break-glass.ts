import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type { Provider } from "@pulumi/aws/provider";
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import { classTags } from "../kubernetes/data-classes";
import type { EncryptionKeys } from "./keys";
import { prefix, roleArn, type Naming } from "./naming";
import { policyDocument, policyText } from "./policy-document";

/** Arguments of {@link BreakGlassAlarm}. */
export interface BreakGlassAlarmArgs extends Naming {
  /** Regions of the stack: the role can be assumed in no other. */
  readonly regions: readonly string[];
  /** E-mail addresses that are told; each confirms once. */
  readonly alertEmails: readonly string[];
  readonly keys: EncryptionKeys;
  /** Providers of AWS by region. */
  readonly providers: Readonly<Record<string, Provider>>;
}

/** Events of CloudTrail that say that somebody assumed the role, or tried to. */
export function assumptionPattern(naming: Naming) {
  return {
    source: ["aws.sts"],
    "detail-type": ["AWS API Call via CloudTrail"],
    detail: {
      eventName: ["AssumeRole"],
      requestParameters: { roleArn: [roleArn(naming, "breakGlass")] },
    },
  };
}

/**
 * Tells people whenever somebody assumes the break-glass role: in every region, since a call is an
 * event of the region that took it.
 */
export class BreakGlassAlarm extends pulumi.ComponentResource {
  static readonly __pulumiType = "causeway:global:BreakGlassAlarm";

  constructor(name: string, args: BreakGlassAlarmArgs, opts?: pulumi.ComponentResourceOptions) {
    const { keys, providers, ...inputs } = args;
    super(BreakGlassAlarm.__pulumiType, name, inputs, opts);
    for (const region of args.regions)
      this.watch(`${name}-${region}`, region, args, keys, {
        parent: this,
        provider: providers[region],
      });
    this.registerOutputs();
  }

  private watch(
    name: string,
    region: string,
    args: BreakGlassAlarmArgs,
    keys: EncryptionKeys,
    child: pulumi.CustomResourceOptions,
  ): void {
    const called = `${prefix(args)}-break-glass`;
    const topic = new sns.Topic(
      name,
      { name: called, kmsMasterKeyId: keys.arn("logs", region), tags: classTags("systemLogs") },
      child,
    );
    const target = `arn:aws:sns:${region}:${args.account}:${called}`;
    new sns.TopicPolicy(
      `${name}-policy`,
      { arn: topic.arn, policy: policyText(topicPolicy(target)) },
      child,
    );
    // IAM and STS calls that change nothing are left out of events unless a rule asks for all.
    const rule = new cloudwatch.EventRule(
      name,
      {
        name: called,
        description: "Somebody assumed the break-glass role",
        eventPattern: JSON.stringify(assumptionPattern(args)),
        state: "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
      },
      child,
    );
    new cloudwatch.EventTarget(`${name}-target`, { rule: rule.name, arn: topic.arn }, child);
    args.alertEmails.forEach(
      (endpoint, i) =>
        new sns.TopicSubscription(
          `${name}-subscription-${i}`,
          { topic: topic.arn, protocol: "email", endpoint },
          child,
        ),
    );
  }
}

/**
 * EventBridge publishes as itself; it takes no role for a topic, and its calls of a topic carry no
 * source to hold them to.
 */
function topicPolicy(topic: string) {
  return policyDocument({
    Sid: "PublishByEvents",
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: ["sns:Publish"],
    Resource: [topic],
  });
}
