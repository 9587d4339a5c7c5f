import { rule as bucketLogs } from "../../../../policies/rules/observability/bucket-logs";
import { rule as clusterLogs } from "../../../../policies/rules/observability/cluster-logs";
import { rule as firewallLogs } from "../../../../policies/rules/observability/firewall-logs";
import { rule as firewallMetrics } from "../../../../policies/rules/observability/firewall-metrics";
import { rule as balancerLogs } from "../../../../policies/rules/observability/load-balancer-logs";
import { rule as detection } from "../../../../policies/rules/observability/threat-detection";
import { rule as dataEvents } from "../../../../policies/rules/observability/trail-data-events";
import { rule as present } from "../../../../policies/rules/observability/trail-present";
import { rule as regions } from "../../../../policies/rules/observability/trail-regions";
import { rule as validation } from "../../../../policies/rules/observability/trail-validation";
import { rule as flowLogs } from "../../../../policies/rules/observability/vpc-flow-logs";
import * as good from "../../../support/baselines/aws";
import { bucketStack } from "../../../support/baselines/buckets";
import { changed, resource, without } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";

ruleSuite(clusterLogs, {
  type: "aws:eks/cluster:Cluster",
  good: good.cluster,
  deviations: {
    "no audit log": (props) => ({
      deviant: set(props, "enabledClusterLogTypes", [
        "api",
        "authenticator",
        "controllerManager",
        "scheduler",
      ]),
      message: /^Cluster "subject" must log audit$/,
    }),
    "no log": (props) => unset(props, "enabledClusterLogTypes"),
  },
  configured: [
    {
      title: "the audit log alone, where that suffices",
      parameters: { logTypes: ["audit"] },
      subject: (props) => set(props, "enabledClusterLogTypes", ["audit"]),
      fires: false,
    },
  ],
});

const trail = "aws:cloudtrail/trail:Trail";
ruleSuite(regions, {
  type: trail,
  good: good.trail,
  deviations: {
    "one region": (props) => set(props, "isMultiRegionTrail", false),
    "a pause": (props) => ({
      deviant: set(props, "enableLogging", false),
      message: /must leave enableLogging on, got false$/,
    }),
    "no global services": (props) => set(props, "includeGlobalServiceEvents", false),
  },
});
ruleSuite(validation, {
  type: trail,
  good: good.trail,
  deviations: { "files that nobody signs": (props) => unset(props, "enableLogFileValidation") },
});
ruleSuite(dataEvents, {
  type: trail,
  good: good.trail,
  deviations: {
    "management events alone": (props) => ({
      deviant: set(props, "advancedEventSelectors", [
        { fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }] },
      ]),
      message: /must record reads and writes of AWS::S3::Object$/,
    }),
    "writes alone": (props) =>
      set(props, "advancedEventSelectors.0.fieldSelectors.2", {
        field: "readOnly",
        equals: ["false"],
      }),
    "a selector of objects that is one of something else": (props) => ({
      deviant: set(props, "advancedEventSelectors.2", {
        name: "Records",
        fieldSelectors: [
          { field: "eventCategory", equals: ["NetworkActivity"] },
          { field: "resources.ARN", startsWiths: ["arn:aws:s3:::example/ledger/"] },
        ],
      }),
      message: /by its selector "Records"$/,
    }),
    "no management events": (props) => ({
      deviant: unset(props, "advancedEventSelectors.1"),
      message: /must record management events beside those of objects$/,
    }),
    "writes alone, in the old form": (props) => ({
      ...unset(props, "advancedEventSelectors"),
      eventSelectors: [
        {
          readWriteType: "WriteOnly",
          dataResources: [{ type: "AWS::S3::Object", values: ["arn:aws:s3"] }],
        },
      ],
    }),
  },
});

it("accepts the old form of event selectors", () => {
  const props = {
    ...unset(good.trail, "advancedEventSelectors"),
    eventSelectors: [
      {
        readWriteType: "All",
        dataResources: [{ type: "AWS::S3::Object", values: ["arn:aws:s3"] }],
      },
    ],
  };
  expect(dataEvents.check({ type: trail, name: "subject", props }, {})).toEqual([]);
});

ruleSuite(present, {
  good: good.clusterStack,
  deviations: {
    "a cluster without an audit trail": (stack) => ({
      deviant: without(stack, "trail"),
      message: /^the stack must have a CloudTrail trail$/,
    }),
  },
});
ruleSuite(detection, {
  good: good.clusterStack,
  deviations: {
    "a region without a detector": (stack) => ({
      deviant: without(stack, "detector"),
      message: /must have a GuardDuty detector that is on, got 0$/,
    }),
    "a detector that is off": (stack) =>
      changed(stack, "detector", (props) => set(props, "enable", false)),
  },
});
it("takes the detectors that the account has already for those of their regions", () => {
  const watched = (threatDetection: string) =>
    resource("causeway:global:ThreatDetection", "detection", {
      regions: ["eu-west-1"],
      threatDetection,
    });
  const unwatched = without(good.clusterStack, "detector");
  expect(detection.check([...unwatched, watched("existing")], {})).toEqual([]);
  expect(detection.check([...unwatched, watched("own")], {})).toHaveLength(1);
});

ruleSuite(flowLogs, {
  good: good.networkStack,
  deviations: {
    "a VPC that logs nothing": (stack) => ({
      deviant: without(stack, "flow-log"),
      message: /^Vpc "vpc" must have a FlowLog of trafficType ALL$/,
    }),
    "a log of refusals alone": (stack) =>
      changed(stack, "flow-log", (props) => set(props, "trafficType", "REJECT")),
  },
});
ruleSuite(balancerLogs, {
  type: "aws:lb/loadBalancer:LoadBalancer",
  good: good.loadBalancer,
  deviations: {
    "no log": (props) => unset(props, "accessLogs"),
    "a log that is off": (props) => ({
      deviant: set(props, "accessLogs.enabled", false),
      message: /accessLogs.enabled true, got false$/,
    }),
    "a log without a bucket": (props) => unset(props, "accessLogs.bucket"),
  },
});
ruleSuite(bucketLogs, {
  good: bucketStack,
  // Without its log target the other bucket is a data bucket itself; so the deviation takes both
  // away.
  deviations: {
    "a second bucket that logs nothing": (stack) => [
      ...stack.flatMap((each) => {
        const copy = {
          ...each,
          name: `${each.name}-2`,
          props: { ...each.props, bucket: "data-lake-2" },
        };
        return each.name.startsWith("data") && each.name !== "data-logging" ? [each, copy] : [each];
      }),
    ],
  },
});
ruleSuite(firewallMetrics, {
  type: "aws:wafv2/webAcl:WebAcl",
  good: good.webAcl,
  deviations: {
    "no metrics": (props) => ({
      deviant: set(props, "visibilityConfig.cloudwatchMetricsEnabled", false),
      message: /^WebAcl "subject" must have metrics and samples on/,
    }),
    "a rule without samples": (props) => ({
      deviant: set(props, "rules.1.visibilityConfig.sampledRequestsEnabled", false),
      message: /^rule AWSManagedRulesCommonRuleSet of WebAcl "subject" must have/,
    }),
  },
});
ruleSuite(firewallLogs, {
  good: good.entryStack,
  deviations: {
    "a firewall that logs nothing": (stack) => ({
      deviant: without(stack, "firewall-logs"),
      message: /^WebAcl "firewall" must have a WebAclLoggingConfiguration$/,
    }),
  },
});
