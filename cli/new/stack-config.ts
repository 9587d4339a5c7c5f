import { parseConfig } from "../../infra/stack/load";
import { kubernetesVersions } from "../../infra/region/cluster";
import { formatBlock, overlaps, parseBlock, type Block } from "../../infra/region/cidr";

/** What a person says of a new stack. */
export interface StackAnswers {
  readonly environment: string;
  readonly organization: string;
  readonly account: string;
  /** Names, the home region first. */
  readonly regions: readonly string[];
  /** Empty where callers use the names of the load balancers. */
  readonly domain: string;
  /** Hosted zone of the domain; empty without one. */
  readonly hostedZone: string;
  readonly issuer: string;
  /** @default `<issuer>/.well-known/jwks.json` */
  readonly jwksUri?: string | undefined;
  readonly audience: string;
  /** ARNs of the roles that run `pulumi up`. */
  readonly pipelines: readonly string[];
  readonly platformAdmins: readonly string[];
  readonly mlEngineers: readonly string[];
  readonly auditors: readonly string[];
  readonly erasers: readonly string[];
  /** `<role>=<ARN>` of each approver. */
  readonly approvers: readonly string[];
  readonly alertEmails: readonly string[];
  readonly models: readonly string[];
}

/** What is known of a stack that is there already. */
export interface OtherStack {
  readonly name: string;
  readonly account: string | undefined;
  readonly domain: string | undefined;
  readonly regions: readonly string[];
  readonly cidrs: readonly string[];
}

const recovery = {
  dev: { rto: "5 minutes", checkIntervalSeconds: 30, failureThreshold: 3 },
  prod: { rto: "3 minutes", rpo: "15 minutes", checkIntervalSeconds: 10, failureThreshold: 3 },
};

/** The keys of the file of a new stack. Its networks overlap none of the other stacks. */
export function stackKeys(
  answers: StackAnswers,
  others: readonly OtherStack[],
): Record<string, unknown> {
  const { environment, issuer, domain, hostedZone } = answers;
  const [, kubernetesVersion] = kubernetesVersions;
  const cidrs = freeBlocks(
    answers.regions.length,
    others.flatMap((other) => other.cidrs),
  );
  return {
    target: "aws",
    environment,
    stage: "foundation",
    organization: answers.organization,
    account: answers.account,
    kubernetesVersion,
    regions: answers.regions.map((name, i) => ({ name, cidr: cidrs[i] })),
    ...((domain || hostedZone) && { domain: { name: domain, hostedZoneId: hostedZone } }),
    recovery: environment === "prod" ? recovery.prod : recovery.dev,
    identity: {
      issuer,
      jwksUri: answers.jwksUri ?? `${issuer.replace(/\/$/, "")}/.well-known/jwks.json`,
      audiences: [answers.audience],
    },
    clusterAccess: { via: "runner" },
    ...(isWatched(answers, others) && { threatDetection: "existing" }),
    access: accessOf(answers),
    models: answers.models.map((name) => ({ name })),
  };
}

/** Whether other stacks of the account have a detector in each region: AWS allows one in each. */
function isWatched({ account, regions }: StackAnswers, others: readonly OtherStack[]): boolean {
  const neighbours = others.filter((other) => other.account === account);
  return regions.every((region) => neighbours.some((other) => other.regions.includes(region)));
}

function accessOf(answers: StackAnswers): Record<string, unknown> {
  const approvals = answers.approvers.map((text) => {
    const end = text.indexOf("=");
    return { role: text.slice(0, end), arn: text.slice(end + 1) };
  });
  const roles = [...new Set(approvals.map(({ role }) => role))];
  return {
    platformAdmins: answers.platformAdmins,
    mlEngineers: answers.mlEngineers,
    auditors: answers.auditors,
    pipelines: answers.pipelines,
    approvers: approvals.map(({ arn }) => arn),
    approvalRoles: Object.fromEntries(
      roles.map((role) => [
        role,
        approvals.filter((approval) => approval.role === role).map(({ arn }) => arn),
      ]),
    ),
    erasers: answers.erasers,
    alertEmails: answers.alertEmails,
  };
}

/** The first blocks 10.<n>.0.0/16 that overlap none of those taken. */
export function freeBlocks(count: number, taken: readonly string[]): string[] {
  const used = taken.flatMap((cidr) => parseBlock(cidr) ?? []);
  return Array.from({ length: 256 }, (_, n): Block => ({
    base: (10 * 256 + n) * 2 ** 16,
    length: 16,
  }))
    .slice(16)
    .filter((block) => !used.some((other) => overlaps(block, other)))
    .slice(0, count)
    .map(formatBlock);
}

/** Holds the keys of a stack against the schema. Throws InputError with every problem. */
export function checkKeys(stack: string, keys: Record<string, unknown>, source: string): void {
  const values = Object.fromEntries(
    Object.entries(keys).map(([key, value]) => [
      `causeway:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  parseConfig({ values, secrets: new Set() }, stack, source);
}

/** A stack whose callers use the new one's domain; names in AWS carry the stack's own name. */
export function collision(
  { domain }: StackAnswers,
  others: readonly OtherStack[],
): OtherStack | undefined {
  return others.find((other) => domain !== "" && other.domain === domain);
}
