import { ECRClient, DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { textAt } from "../../infra/cost/prices";
import type { RecordedResource } from "../plan/resource";
import { clientSettings, find, type Answer } from "./ask";
import { homeOf, ofType, type AwsStack } from "./aws-stack";
import { findingsOf, type Finding } from "./finding";

const { ok, problem, unknown } = findingsOf("names");

/** A type whose literal names another stack, or another account, may have taken. */
interface NamedType {
  readonly type: string;
  /** Its name for a person, in the plural. */
  readonly called: string;
  /** Input that holds the name. */
  readonly input: string;
  /** Answers something where the name is taken. Throws where it cannot be told. */
  readonly look: (name: string, region: string, account: string) => Promise<unknown>;
}

const namedTypes: readonly NamedType[] = [
  {
    type: "aws:s3/bucket:Bucket",
    called: "buckets",
    input: "bucket",
    // Only the owner's own buckets answer; what S3 says of others is no more than that it may not tell.
    look: (Bucket, region, ExpectedBucketOwner) =>
      new S3Client({ region, ...clientSettings }).send(
        new HeadBucketCommand({ Bucket, ExpectedBucketOwner }),
      ),
  },
  {
    type: "aws:iam/role:Role",
    called: "roles",
    input: "name",
    look: (RoleName, region) =>
      new IAMClient({ region, ...clientSettings }).send(new GetRoleCommand({ RoleName })),
  },
  {
    type: "aws:ecr/repository:Repository",
    called: "image repositories",
    input: "name",
    look: (name, region) =>
      new ECRClient({ region, ...clientSettings }).send(
        new DescribeRepositoriesCommand({ repositoryNames: [name] }),
      ),
  },
  {
    type: "aws:eks/cluster:Cluster",
    called: "clusters",
    input: "name",
    look: (name, region) =>
      new EKSClient({ region, ...clientSettings }).send(new DescribeClusterCommand({ name })),
  },
];

/** Names that are taken by something that is not in the stack's state. */
export async function nameFindings(stack: AwsStack): Promise<Finding[]> {
  const findings = await Promise.all(namedTypes.map((named) => findingsOfType(stack, named)));
  return findings.flat();
}

async function findingsOfType(stack: AwsStack, named: NamedType): Promise<Finding[]> {
  const planned = ofType(stack, named.type).flatMap((resource) => {
    const name = textAt(resource.inputs, named.input);
    return name === undefined ? [] : [{ resource, name }];
  });
  const found = await Promise.all(
    planned.map(async ({ resource, name }) => {
      if (stack.owns(named.type, name) === true) return [];
      const region = resource.region === "global" ? homeOf(stack) : resource.region;
      const asked = await find(() => named.look(name, region, stack.config.account));
      return takenFinding(stack, resource, name, asked);
    }),
  );
  const taken = found.flat();
  return taken.length > 0 || planned.length === 0
    ? taken
    : [ok(named.called, `${planned.length} names are free or the stack's own`)];
}

function takenFinding(
  stack: AwsStack,
  { type }: RecordedResource,
  name: string,
  asked: Answer<unknown>,
): Finding[] {
  if ("refused" in asked) return [unknown(name, asked.refused)];
  if (asked.answer === undefined) return [];
  if (stack.owns(type, name) === undefined)
    return [unknown(name, "exists; whether the stack owns it, only its state can say")];
  return [
    problem(
      name,
      "exists in the account, and the stack's state does not have it",
      "delete it if nothing needs it, or give the stack another name",
    ),
  ];
}
