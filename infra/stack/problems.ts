import { Region } from "@pulumi/aws/types/enums";
import { imageDigest } from "../../services/contract/digests";
import { minimumLogDays } from "../../services/contract/tiers";
import type { Problem } from "../../services/contract/problems";
import { days, durationText } from "../../services/contract/units";
import {
  bucketsTooLong,
  isOrganization,
  isStackName,
  maximumBucketName,
  stackNameForm,
} from "../aws/naming";
import { cidrProblems } from "../region/cidr";
import { maximumScheduleName, retrainingNames } from "../workflows/retraining/definition";
import type { AwsConfig, ClusterConfig, StackConfig } from "./schema";
import { longestName, maximumName } from "../kubernetes/model-objects";
import { minimumProdReplicas } from "../serving/problems";
import { recoveryProblems } from "../../services/contract/recovery";

/**
 * Problems between keys, over whatever keys are valid by themselves: a typing error in one key
 * must not hide an overlap in another. `given` names all keys of the stack file, valid or not.
 */
export function crossProblems(config: Partial<StackConfig>, given: readonly string[]): Problem[] {
  return [
    ...regionProblems(config),
    ...modelProblems(config),
    ...(config.target === "aws" ? [...domainProblems(config, given), ...awsProblems(config)] : []),
    ...(config.target === "kubernetes" ? imageCheckProblems(config) : []),
    ...webhookProblems(given),
  ];
}

function regionProblems({ regions = [] }: Partial<StackConfig>): Problem[] {
  const names = regions.map((region) => region.name);
  const repeated = names.flatMap((name, i) =>
    names.indexOf(name) === i
      ? []
      : [{ key: `regions[${i}].name`, got: name, allowed: "a region that is not listed before" }],
  );
  const all =
    regions.length > 0 && regions.every(({ drained }) => drained !== undefined)
      ? [{ key: "regions", got: "all of them drained", allowed: "at least one region in service" }]
      : [];
  return [...repeated, ...all];
}

type StackModel = StackConfig["models"][number];

function modelProblems({ models = [], environment, regions }: Partial<StackConfig>): Problem[] {
  const listed = models.map((model) => model.name);
  return models.flatMap((model, i) => {
    const at = `models[${i}]`;
    const repeated = listed.indexOf(model.name) !== i;
    return [
      ...(repeated
        ? [{ key: `${at}.name`, got: model.name, allowed: "a model that is not listed before" }]
        : []),
      ...nameProblems(model, at),
      ...rateProblems(model, at, regions),
      ...(environment === "prod" ? prodModelProblems(model, at) : []),
    ];
  });
}

/** A name so long that one of the objects named after it would be refused. */
function nameProblems({ name }: StackModel, at: string): Problem[] {
  const names = [
    { longest: longestName(name), maximum: maximumName },
    { longest: retrainingNames(name).schedule, maximum: maximumScheduleName },
  ];
  const { longest, room } = names
    .map(({ longest, maximum }) => ({ longest, room: maximum - (longest.length - name.length) }))
    .reduce((a, b) => (b.room < a.room ? b : a));
  if (name.length <= room) return [];
  return [
    {
      key: `${at}.name`,
      got: name,
      allowed: `a name of at most ${room} characters: its objects have longer names, such as ${longest.replace(name, "<model>")}`,
    },
  ];
}

/** Replicas and rates that contradict each other, and rates of regions that the stack has not. */
function rateProblems(
  model: StackModel,
  at: string,
  regions: StackConfig["regions"] | undefined,
): Problem[] {
  const { replicas, requestsPerSecond = {}, peakRequestsPerSecond } = model;
  const unknownRegions = (["requestsPerSecond", "peakRequestsPerSecond"] as const).flatMap((key) =>
    strangers(Object.keys(model[key] ?? {}), regions).map((region) => ({
      key: `${at}.${key}.${region}`,
      got: region,
      allowed: `a region of the stack: ${regions?.map(({ name }) => name).join(", ") ?? ""}`,
    })),
  );
  const abovePeak = Object.entries(requestsPerSecond).flatMap(([region, usual]) => {
    const peak = peakRequestsPerSecond?.[region];
    if (peak === undefined || usual <= peak) return [];
    return [
      {
        key: `${at}.requestsPerSecond.${region}`,
        got: usual,
        allowed: `at most those of the peak (${peak})`,
      },
    ];
  });
  return [
    ...(replicas && replicas.min > replicas.max
      ? [{ key: `${at}.replicas.min`, got: replicas.min, allowed: `at most max (${replicas.max})` }]
      : []),
    ...unknownRegions,
    ...abovePeak,
  ];
}

function prodModelProblems({ replicas, image }: StackModel, at: string): Problem[] {
  return [
    ...(replicas && replicas.min < minimumProdReplicas
      ? [
          {
            key: `${at}.replicas.min`,
            got: replicas.min,
            allowed: `${minimumProdReplicas} or more in prod, one for each zone`,
          },
        ]
      : []),
    ...(image !== undefined && imageDigest(image) === undefined
      ? [
          {
            key: `${at}.image`,
            got: image,
            allowed: "an image by digest in prod, name@sha256:...; tags move",
          },
        ]
      : []),
  ];
}

function imageCheckProblems({ environment, imageCheck }: Partial<ClusterConfig>): Problem[] {
  return environment === "prod" && imageCheck === "none"
    ? [
        {
          key: "imageCheck",
          got: imageCheck,
          allowed:
            "anonymous or docker-login in prod: a digest that nobody can pull is refused there",
        },
      ]
    : [];
}

function strangers(
  named: readonly string[],
  regions: StackConfig["regions"] | undefined,
): string[] {
  return regions === undefined
    ? []
    : named.filter((name) => !regions.some((region) => region.name === name));
}

/** Whoever is told of warnings alone would take silence for health. */
function webhookProblems(given: readonly string[]): Problem[] {
  return given.includes("ticketWebhook") && !given.includes("alertWebhook")
    ? [
        {
          key: "alertWebhook",
          got: undefined,
          allowed: "a URL for critical alerts, because ticketWebhook has one for warnings",
        },
      ]
    : [];
}

const awsRegions: readonly string[] = Object.values(Region);

/** Regions of the same part of the world, by the first letters; all where that names none. */
function likeRegions(name: string): readonly string[] {
  const near = awsRegions.filter((region) => region.startsWith(name.slice(0, 3)));
  return near.length > 0 ? near : awsRegions;
}

function awsProblems(config: Partial<AwsConfig>): Problem[] {
  const { regions = [] } = config;
  const unknown = regions.flatMap((region, i) => [
    ...(region.name === "local"
      ? [
          {
            key: `regions[${i}].name`,
            got: region.name,
            allowed: "an AWS region, because target is aws",
          },
        ]
      : []),
    ...(region.name === "local" || awsRegions.includes(region.name)
      ? []
      : [
          {
            key: `regions[${i}].name`,
            got: region.name,
            allowed: `a region of AWS: ${likeRegions(region.name).join(", ")}`,
          },
        ]),
  ]);
  const few =
    config.environment === "prod" && config.regions?.length === 1
      ? [
          {
            key: "regions",
            got: config.regions.map((r) => r.name),
            allowed: "two or more regions in prod, so that one can fail",
          },
        ]
      : [];
  const blocks = cidrProblems(regions).map(({ index, allowed }) => ({
    key: `regions[${index}].cidr`,
    got: regions[index]?.cidr,
    allowed,
  }));
  return [
    ...stackNameProblems(config),
    ...unknown,
    ...few,
    ...blocks,
    ...accessProblems(config),
    ...retentionProblems(config),
    ...recoveryProblems(config),
  ];
}

/** A prod without a domain: no public authority vouches for it, and no record fails over. */
function domainProblems({ environment }: Partial<AwsConfig>, given: readonly string[]): Problem[] {
  if (environment !== "prod" || given.includes("domain")) return [];
  return [
    {
      key: "domain",
      got: undefined,
      allowed:
        "{ name, hostedZoneId } in prod: without a domain there is no certificate of a public authority, and no region fails over to another",
    },
  ];
}

/** A name of the stack, or of organization and stack together, that AWS would refuse in some name. */
function stackNameProblems(config: Partial<AwsConfig>): Problem[] {
  const { stack = "", organization, account = "", regions = [] } = config;
  if (!isStackName(stack))
    return [{ key: "stack", got: stack, allowed: `a name of a stack on AWS: ${stackNameForm}` }];
  if (organization === undefined) return [];
  if (!isOrganization(organization))
    return [
      {
        key: "organization",
        got: organization,
        allowed: "a name without -causeway at its end or -causeway- in it",
      },
    ];
  const [longest] = regions
    .flatMap(({ name }) => bucketsTooLong({ organization, account, stack }, name))
    .sort((a, b) => b.length - a.length);
  if (longest === undefined) return [];
  const room = organization.length + stack.length + maximumBucketName - longest.length;
  return [
    {
      key: "organization",
      got: organization,
      allowed: `with the stack's name (${stack}) at most ${room} characters: a bucket has ${maximumBucketName}, and ${longest} has ${longest.length}`,
    },
  ];
}

/**
 * Nobody who may run an update; a role without a duty to approve, a person in two roles, or one in none: two approvals in two
 * roles are then not two people's.
 */
function accessProblems({ access }: Partial<AwsConfig>): Problem[] {
  if (access === undefined) return [];
  const { approvers, approvalRoles, pipelines } = access;
  const listed = Object.entries(approvalRoles).flatMap(([role, arns]) =>
    arns.map((arn) => ({ role, arn })),
  );
  const inRoles = (arn: string) => listed.filter((one) => one.arn === arn).map(({ role }) => role);
  return [
    ...(pipelines.length === 0
      ? [
          {
            key: "access.pipelines",
            got: pipelines,
            allowed:
              "the ARN of the role that runs pulumi up, since the clusters admit nobody else",
          },
        ]
      : []),
    ...listed
      .filter(({ arn }) => !approvers.includes(arn))
      .map(({ role, arn }) => ({
        key: `access.approvalRoles.${role}`,
        got: arn,
        allowed: "one of access.approvers",
      })),
    ...approvers.flatMap((arn, i) => {
      const roles = inRoles(arn);
      return roles.length === 1
        ? []
        : [
            {
              key: `access.approvers[${i}]`,
              got: `${arn} in ${roles.length === 0 ? "no role" : roles.join(" and ")}`,
              allowed: "an IAM role that access.approvalRoles names under exactly one role",
            },
          ];
    }),
  ];
}

function retentionProblems({ auditRetention }: Partial<AwsConfig>): Problem[] {
  if (auditRetention === undefined || days(auditRetention) >= minimumLogDays) return [];
  return [
    {
      key: "auditRetention",
      got: durationText(auditRetention),
      allowed: `at least ${minimumLogDays} days (EU AI Act Art. 19, 26(6))`,
    },
  ];
}
