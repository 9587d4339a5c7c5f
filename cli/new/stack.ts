import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { dump } from "js-yaml";
import { isStackName, stackNameForm } from "../../infra/aws/naming";
import { jsonHelp, repeated, type CommandLine } from "../command";
import { parseJson } from "../../services/contract/json";
import { InputError } from "../../services/contract/problems";
import { UsageError } from "../exit-codes";
import { readStackFile, stackNames } from "../plan/stack-file";
import { projectHelp, repository } from "../project";
import type { Terminal } from "../terminal";
import {
  checkKeys,
  collision,
  stackKeys,
  type OtherStack,
  type StackAnswers,
} from "./stack-config";

/** Options that a stack needs, and what a person at a terminal is asked for each. */
const questions = {
  environment: "Environment (dev or prod)",
  organization: "Organization, the prefix of names (at most 20 characters)",
  account: "AWS account id",
  region: "Regions, home region first (blanks between)",
  domain: "Domain that callers use (empty in dev: the load balancer's name)",
  hostedZone: "Route 53 hosted zone id of the domain (empty without one)",
  issuer: "Issuer of the callers' tokens (https URL)",
  pipelineRole: "ARN of the role that runs pulumi up",
  platformAdmin: "ARN of the role of platform engineers, who may take the break-glass role",
  alertEmail: "Mail address that hears of emergencies",
} as const;
type Asked = keyof typeof questions;
/** Questions that may be left without an answer. */
const optional: ReadonlySet<Asked> = new Set(["domain", "hostedZone"]);
/** Questions with several answers. */
type List = "region" | "pipelineRole" | "platformAdmin" | "alertEmail";

interface Given {
  readonly environment?: string | undefined;
  readonly organization?: string | undefined;
  readonly account?: string | undefined;
  readonly region: readonly string[];
  readonly domain?: string | undefined;
  readonly hostedZone?: string | undefined;
  readonly issuer?: string | undefined;
  readonly jwksUri?: string | undefined;
  readonly audience?: string | undefined;
  readonly pipelineRole: readonly string[];
  readonly platformAdmin: readonly string[];
  readonly mlEngineer: readonly string[];
  readonly auditor: readonly string[];
  readonly eraser: readonly string[];
  readonly approver: readonly string[];
  readonly alertEmail: readonly string[];
  readonly model: readonly string[];
  readonly project: string;
  readonly json?: true | undefined;
}

/** Writes the stack file and the configuration of its policies; overwrites neither. */
async function run(name: string, given: Given, terminal: Terminal): Promise<void> {
  if (!isStackName(name)) throw new UsageError(`name: got ${name}, allowed: ${stackNameForm}`);
  const { project } = given;
  const unclear = given.approver.filter((text) => !/^[^=]+=./.test(text));
  if (unclear.length > 0)
    throw new UsageError(`--approver: got ${unclear.join(", ")}, allowed: <role>=<ARN>`);
  const file = join(project, `Pulumi.${name}.yaml`);
  const pack = join(project, "policies", "config", `${name}.json`);
  const there = [file, pack].filter((path) => existsSync(path));
  if (there.length > 0) throw new UsageError(`name: there is already ${there.join(" and ")}`);

  const answers = answersOf(name, given, await askMissing(given));
  const others = stackNames(project).map((other) => otherStack(project, other));
  const same = collision(answers, others);
  if (same !== undefined)
    throw new UsageError(
      `--domain: got ${answers.domain}, which the stack ${same.name} has; allowed: another domain`,
    );
  const keys = stackKeys(answers, others);
  checkKeys(name, keys, file);
  writeBoth([
    [pack, packText(project, answers.environment)],
    [file, stackText(keys)],
  ]);
  terminal.result({ files: [file, pack] }, [
    `wrote ${file}`,
    `wrote ${pack}`,
    `next: npx causeway plan --stack ${name}, then npx causeway doctor --stack ${name}, then npx causeway up --stack ${name}`,
  ]);
}

/** Writes files that make sense together only: where one cannot be written, none stays. */
function writeBoth(files: readonly (readonly [file: string, content: string])[]): void {
  const written: string[] = [];
  try {
    for (const [file, content] of files) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { flag: "wx" });
      written.push(file);
    }
  } catch (error) {
    for (const file of written) rmSync(file);
    throw error;
  }
}

/** Answers to what the command line leaves out. Throws UsageError where nobody can be asked. */
async function askMissing(given: Given): Promise<Partial<Record<Asked, string>>> {
  const names: readonly Asked[] = Object.keys(questions).filter(
    (name): name is Asked => name in questions,
  );
  const missing = names.filter((name) => (given[name] ?? "").length === 0);
  if (!process.stdin.isTTY || given.json === true) {
    const needed = missing.filter((name) => !optional.has(name));
    if (needed.length === 0) return {};
    throw new UsageError(`missing: ${needed.map(flag).join(", ")} (a terminal would be asked)`);
  }
  if (missing.length === 0) return {};
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const answers: Partial<Record<Asked, string>> = {};
  for (const name of missing)
    answers[name] = (await reader.question(`${questions[name]}: `)).trim();
  reader.close();
  return answers;
}

const flag = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function answersOf(
  name: string,
  given: Given,
  asked: Partial<Record<Asked, string>>,
): StackAnswers {
  const one = (key: Exclude<Asked, List>) => given[key] ?? asked[key] ?? "";
  const many = (key: List) =>
    given[key].length > 0 ? given[key] : (asked[key]?.split(/[\s,]+/).filter(Boolean) ?? []);
  return {
    environment: one("environment"),
    organization: one("organization"),
    account: one("account"),
    regions: many("region"),
    domain: one("domain"),
    hostedZone: one("hostedZone"),
    issuer: one("issuer"),
    jwksUri: given.jwksUri,
    audience: given.audience ?? `causeway-${name}`,
    pipelines: many("pipelineRole"),
    platformAdmins: many("platformAdmin"),
    mlEngineers: given.mlEngineer,
    auditors: given.auditor,
    erasers: given.eraser,
    approvers: given.approver,
    alertEmails: many("alertEmail"),
    models: given.model,
  };
}

/**
 * Names and networks of a stack, as far as its file says them. Throws InputError where the file
 * says a text in place of a list or a mapping, for its networks are not known then.
 */
function otherStack(project: string, name: string): OtherStack {
  const file = join(project, `Pulumi.${name}.yaml`);
  const { values } = readStackFile(file);
  const valueOf = (key: string, allowed: string): unknown => {
    const text = values[key];
    try {
      return text === undefined ? undefined : parseJson(text);
    } catch {
      throw new InputError(file, [{ key, got: text, allowed }]);
    }
  };
  const regions = valueOf("causeway:regions", "a list");
  const domain = valueOf("causeway:domain", "a mapping");
  const ofRegions = (key: string) =>
    (Array.isArray(regions) ? regions : []).flatMap((region: unknown) => {
      const value: unknown =
        typeof region === "object" && region !== null ? Reflect.get(region, key) : undefined;
      return typeof value === "string" ? [value] : [];
    });
  return {
    name,
    domain:
      typeof domain === "object" && domain !== null && "name" in domain
        ? String(domain.name)
        : undefined,
    account: values["causeway:account"],
    regions: ofRegions("name"),
    cidrs: ofRegions("cidr"),
  };
}

function stackText(keys: Record<string, unknown>): string {
  const config = {
    "pulumi:disable-default-providers": ["aws", "kubernetes"],
    ...Object.fromEntries(Object.entries(keys).map(([key, value]) => [`causeway:${key}`, value])),
  };
  return `# yaml-language-server: $schema=docs/stack.schema.json\n${dump({ config }, { lineWidth: -1, flowLevel: 3 })}`;
}

/** The configuration that the stack of the same environment has; empty where there is none. */
function packText(project: string, environment: string): string {
  const like = join(project, "policies", "config", `${environment}.json`);
  return existsSync(like) ? readFileSync(like, "utf8") : "{}\n";
}

export const verb: CommandLine = {
  details: `Writes Pulumi.<name>.yaml and policies/config/<name>.json, and overwrites neither. Its networks overlap those of no other stack. At a terminal it asks for what the command line leaves out; without one it names every missing option.`,
  examples: [
    "team",
    "team --environment dev --organization acme --account 111122223333 --region eu-west-1 --domain dev.models.acme.com --hosted-zone Z0123456789ABC --issuer https://login.acme.com/ --pipeline-role arn:aws:iam::111122223333:role/Deploy --platform-admin arn:aws:iam::111122223333:role/Admin --alert-email security@acme.com",
  ],
  define: (command, terminal) =>
    command
      .argument("<name>", "name of the stack")
      .option("--environment <name>", "dev or prod")
      .option("--organization <name>", "prefix of names, at most 20 characters")
      .option("--account <id>", "AWS account id of 12 digits")
      .option("--region <name>", "region, home first; may be repeated", repeated, [])
      .option(
        "--domain <name>",
        "domain that callers use (default, in dev: the load balancer's name)",
      )
      .option("--hosted-zone <id>", "Route 53 hosted zone of the domain")
      .option("--issuer <url>", "issuer of the callers' tokens")
      .option("--jwks-uri <url>", "keys of the issuer (default: /.well-known/jwks.json of it)")
      .option("--audience <name>", "audience of the tokens (default: causeway-<name>)")
      .option("--pipeline-role <arn>", "role that runs pulumi up; may be repeated", repeated, [])
      .option("--platform-admin <arn>", "role of platform engineers; may be repeated", repeated, [])
      .option("--ml-engineer <arn>", "role of data scientists; may be repeated", repeated, [])
      .option("--auditor <arn>", "role of auditors; may be repeated", repeated, [])
      .option("--eraser <arn>", "role that erases subjects; may be repeated", repeated, [])
      .option("--approver <role=arn>", "role that approves releases; may be repeated", repeated, [])
      .option("--alert-email <address>", "who hears of emergencies; may be repeated", repeated, [])
      .option("--model <name>", "model to serve; may be repeated", repeated, [])
      .option("--project <folder>", projectHelp, repository)
      .option("--json", jsonHelp)
      .action((name, given) => run(name, given, terminal)),
};
