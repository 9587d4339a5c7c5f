import type * as inputs from "@pulumi/aws/types/input";

type WebAclRule = inputs.wafv2.WebAclRule;

/**
 * Requests from one address in five minutes: 200 a second, because callers are services behind few
 * addresses.
 */
export const defaultRateLimit = 60_000;

/**
 * AWS's managed rule groups that we use. Bodies of 8 KB and more are only counted: a batch of
 * predictions is larger, and the server limits it.
 */
const managedGroups = [
  { name: "AWSManagedRulesAmazonIpReputationList", countOnly: [] },
  { name: "AWSManagedRulesCommonRuleSet", countOnly: ["SizeRestrictions_BODY"] },
  { name: "AWSManagedRulesKnownBadInputsRuleSet", countOnly: [] },
] as const;

/** Rules of a region's web ACL: a limit for each address, then the managed groups. */
export function webAclRules(rateLimitPerAddress: number): WebAclRule[] {
  return [
    {
      name: "rate-limit",
      priority: 0,
      action: { block: { customResponse: { responseCode: 429 } } },
      statement: {
        rateBasedStatement: {
          limit: rateLimitPerAddress,
          evaluationWindowSec: 300,
          aggregateKeyType: "IP",
        },
      },
      visibilityConfig: visibility("rate-limit"),
    },
    ...managedGroups.map((group, index) => ({
      name: group.name,
      priority: index + 1,
      overrideAction: { none: {} },
      statement: {
        managedRuleGroupStatement: {
          vendorName: "AWS",
          name: group.name,
          ruleActionOverrides: group.countOnly.map((name) => ({
            name,
            actionToUse: { count: {} },
          })),
        },
      },
      visibilityConfig: visibility(group.name),
    })),
  ];
}

/** What AWS WAF shows of a rule or an ACL. */
export function visibility(metricName: string) {
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true };
}
