import { groupNames, type ListedGroup } from "../region/cluster-access";
import { Region } from "@pulumi/aws/types/enums";
import { recoveryProblems } from "../../services/contract/recovery";
import { minimumLogDays } from "../../services/contract/tiers";
import type { Problem } from "../../services/contract/problems";
import { days, durationText } from "../../services/contract/units";
import {
  bucketsTooLong,
  isCommercialRegion,
  isOrganization,
  isStackName,
  maximumBucketName,
  stackNameForm,
} from "../aws/naming";
import { cidrProblems } from "../region/cidr";
import type { AwsConfig } from "./schema";

const awsRegions: readonly string[] = Object.values(Region).filter(isCommercialRegion);

/** Regions of the same part of the world, by the first letters; all where that names none. */
function likeRegions(name: string): readonly string[] {
  const near = awsRegions.filter((region) => region.startsWith(name.slice(0, 3)));
  return near.length > 0 ? near : awsRegions;
}

function regionProblems(config: Partial<AwsConfig>): Problem[] {
  const { regions = [] } = config;
  const unknown = regions.flatMap(({ name }, i) =>
    awsRegions.includes(name)
      ? []
      : [
          {
            key: `regions[${i}].name`,
            got: name,
            allowed:
              name === "local"
                ? "an AWS region, because target is aws"
                : `a region of AWS: ${likeRegions(name).join(", ")}`,
          },
        ],
  );
  const local =
    config.environment === "local"
      ? [{ key: "environment", got: "local", allowed: "dev or prod, because target is aws" }]
      : [];
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
  return [...unknown, ...local, ...few, ...blocks];
}

/** Problems between the keys of a stack on AWS. */
export function awsProblems(config: Partial<AwsConfig>): Problem[] {
  return [
    ...stackNameProblems(config),
    ...regionProblems(config),
    ...accessProblems(config),
    ...retentionProblems(config),
    ...recoveryProblems(config),
  ];
}

/** A prod without a domain: no public authority vouches for it, and no record fails over. */
export function domainProblems(
  { environment }: Partial<AwsConfig>,
  given: readonly string[],
): Problem[] {
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
 * Nobody who may run an update; a role without a duty to approve, a person in two roles, or one in
 * none: two approvals in two roles are then not two people's.
 */
function accessProblems(config: Partial<AwsConfig>): Problem[] {
  const { access } = config;
  if (access === undefined) return [];
  const { approvers, approvalRoles, pipelines } = access;
  const listed = Object.entries(approvalRoles).flatMap(([role, arns]) =>
    arns.map((arn) => ({ role, arn })),
  );
  const inRoles = (arn: string) => listed.filter((one) => one.arn === arn).map(({ role }) => role);
  return [
    ...foreignRoles(config),
    ...joinedDuties(access),
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

/**
 * An access entry of EKS takes roles of the cluster's account alone, and so does the provider that
 * runs an update.
 */
function foreignRoles({ access, account }: Partial<AwsConfig>): Problem[] {
  return groupNames.flatMap((list) =>
    (access?.[list] ?? []).flatMap((arn, i) =>
      account === undefined || arn.split(":")[4] === account
        ? []
        : [{ key: `access.${list}[${i}]`, got: arn, allowed: `a role of the account ${account}` }],
    ),
  );
}

/**
 * Lists that one role must not be in together: who makes a release, or removes what it did, does
 * not approve it. policies/duties.ts holds the planned clusters to the same.
 */
const apart = [
  ["approvers", "mlEngineers"],
  ["approvers", "pipelines"],
  ["approvers", "erasers"],
  ["erasers", "pipelines"],
] as const satisfies readonly (readonly [ListedGroup, ListedGroup])[];

function joinedDuties(access: AwsConfig["access"]): Problem[] {
  return apart.flatMap(([one, other]) =>
    access[one].flatMap((arn, i) =>
      access[other].includes(arn)
        ? [
            {
              key: `access.${one}[${i}]`,
              got: `${arn}, which is one of access.${other} too`,
              allowed: `a role that is none of access.${other}`,
            },
          ]
        : [],
    ),
  );
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
