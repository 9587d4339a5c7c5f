import { promises as dns } from "node:dns";
import {
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { textAt } from "../../infra/cost/prices";
import { ask, clientSettings, find } from "./ask";
import { homeOf, ofType, type AwsStack } from "./aws-stack";
import { findingsOf, type Finding } from "./finding";

const { ok, problem, unknown } = findingsOf("domain");

const recordType = "aws:route53/record:Record";

/** Asks the DNS for the servers of a zone. */
export type AskServers = (zone: string) => Promise<readonly string[]>;

const patienceMs = 3000;
const askServers: AskServers = (zone) =>
  new dns.Resolver({ timeout: patienceMs, tries: 1 }).resolveNs(zone);

/** Whether the zone is there, is the domain's, and is where the internet asks for it. */
export async function domainFindings(
  stack: AwsStack,
  servers: AskServers = askServers,
): Promise<Finding[]> {
  if (stack.config.domain === undefined)
    return [ok("domain", "the stack has none: callers use the names of the load balancers")];
  const { name: domain, hostedZoneId } = stack.config.domain;
  const client = new Route53Client({ region: homeOf(stack), ...clientSettings });
  const asked = await find(() => client.send(new GetHostedZoneCommand({ Id: hostedZoneId })));
  if ("refused" in asked) return [unknown(hostedZoneId, asked.refused)];
  if (asked.answer === undefined)
    return [
      problem(
        hostedZoneId,
        "there is no such hosted zone in the account",
        "aws route53 list-hosted-zones --query 'HostedZones[].[Id,Name]' --output text, then mend causeway:domain",
      ),
    ];
  const { HostedZone, DelegationSet } = asked.answer;
  const zone = bare(HostedZone?.Name);
  if (zone !== domain && !domain.endsWith(`.${zone}`))
    return [
      problem(
        hostedZoneId,
        `is the zone of ${zone}, which does not hold ${domain}`,
        "mend causeway:domain: name and hostedZoneId belong together",
      ),
    ];
  if (HostedZone?.Config?.PrivateZone === true)
    return [
      problem(
        hostedZoneId,
        `is a private zone of ${zone}, which no caller outside its VPCs can ask`,
        `aws route53 create-hosted-zone --name ${domain} --caller-reference ${stack.name}`,
      ),
    ];
  return [
    ok(hostedZoneId, `is the public zone of ${zone}`),
    await delegationFinding(zone, DelegationSet?.NameServers ?? [], servers),
    ...(await recordFindings(client, stack, stack.config.domain)),
  ];
}

async function delegationFinding(
  zone: string,
  own: readonly string[],
  servers: AskServers,
): Promise<Finding> {
  const subject = `delegation of ${zone}`;
  const next = `set the NS records of ${zone} in its parent zone to ${own.join(", ")}`;
  try {
    const told = (await servers(zone)).map(bare);
    return own.some((server) => told.includes(bare(server)))
      ? ok(subject, "the DNS names the zone's servers")
      : problem(subject, `the DNS names other servers: ${told.join(", ")}`, next);
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
    // These two are answers; anything else is none.
    return (code === "ENOTFOUND" || code === "ENODATA") && (await knowsOthers(servers))
      ? problem(subject, "the DNS knows no servers of the zone", next)
      : unknown(subject, `the DNS does not answer (${String(code)})`, `dig NS ${zone}`);
  }
}

/** Behind some firewalls a resolver says of every name on the internet that there is none. */
function knowsOthers(servers: AskServers): Promise<boolean> {
  return servers("amazonaws.com").then(
    () => true,
    () => false,
  );
}

/** A name and type that the stack plans a record of. */
interface PlannedName {
  readonly name: string;
  /** Ids of its records in the state: `<zone>_<name>_<type>[_<set>]`. */
  readonly ids: readonly string[];
}

/** By name and type; the names of a certificate's records are known only once there is one. */
function plannedNames(stack: AwsStack, hostedZoneId: string): Map<string, PlannedName> {
  const planned = new Map<string, PlannedName>();
  for (const { inputs } of ofType(stack, recordType)) {
    const [name, type] = [bare(textAt(inputs, "name")), textAt(inputs, "type")];
    if (type === undefined || name.startsWith("_")) continue;
    const set = textAt(inputs, "setIdentifier");
    const id = [hostedZoneId, name, type, ...(set ? [set] : [])].join("_");
    const key = `${name} ${type}`;
    planned.set(key, { name, ids: [...(planned.get(key)?.ids ?? []), id] });
  }
  return planned;
}

/** Records of the entry that somebody else has made: an update overwrites them or is refused. */
async function recordFindings(
  client: Route53Client,
  stack: AwsStack,
  { name: domain, hostedZoneId: HostedZoneId }: NonNullable<AwsStack["config"]["domain"]>,
): Promise<Finding[]> {
  const planned = plannedNames(stack, HostedZoneId);
  const findings = await Promise.all(
    [...planned].map(async ([key, { name, ids }]) => {
      const asked = await ask(() =>
        client.send(new ListResourceRecordSetsCommand({ HostedZoneId, StartRecordName: name })),
      );
      if ("refused" in asked) return [unknown(key, asked.refused)];
      const taken = (asked.answer.ResourceRecordSets ?? []).some(
        ({ Name, Type }) => `${bare(Name)} ${Type}` === key,
      );
      return taken ? takenFindings(stack, key, ids) : [];
    }),
  );
  const taken = findings.flat();
  return taken.length > 0
    ? taken
    : [ok("records", `${planned.size} names of ${domain} are free or the stack's own`)];
}

function takenFindings({ owns }: AwsStack, key: string, ids: readonly string[]): Finding[] {
  const own = ids.map((id) => owns(recordType, id));
  if (own.includes(true)) return [];
  if (own.includes(undefined))
    return [unknown(key, "exists; whether the stack owns it, only its state can say")];
  return [
    problem(
      key,
      "exists in the zone, and the stack's state does not have it",
      "delete the record, or choose another causeway:domain",
    ),
  ];
}

function bare(name: string | undefined): string {
  return (name ?? "").replace(/\.$/, "").toLowerCase();
}
