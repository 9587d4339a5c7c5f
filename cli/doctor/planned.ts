import { existsSync } from "node:fs";
import { join } from "node:path";
import program from "../../infra";
import { parseConfig } from "../../infra/stack/load";
import type { StackConfig } from "../../infra/stack/schema";
import { describeProblem, InputError } from "../../services/contract/problems";
import { packConfig } from "../plan/judgement";
import { record } from "../plan/record";
import type { RecordedResource } from "../plan/resource";
import { projectName, readStackFile } from "../plan/stack-file";
import { findingsOf, type Finding } from "./finding";

const { ok, problem } = findingsOf("stack");

/** What the files of a stack say. */
export interface PlannedStack {
  readonly findings: readonly Finding[];
  /** Undefined where the file is not valid. */
  readonly config: StackConfig | undefined;
  /** Everything that the whole stack would create, at its last stage; empty without a plan. */
  readonly resources: readonly RecordedResource[];
}

/** Reads the files of a stack and plans it without a cloud. */
export async function plannedStack(project: string, stack: string): Promise<PlannedStack> {
  const file = join(project, `Pulumi.${stack}.yaml`);
  const findings = packFindings(project, stack);
  try {
    const raw = readStackFile(file);
    const config = parseConfig(raw, stack, file);
    findings.unshift(ok("stack file", `Pulumi.${stack}.yaml is valid`));
    findings.push(...providerFindings(raw.values["pulumi:disable-default-providers"], config));
    const planned = await plan(project, stack, raw);
    return {
      findings: [...findings, planned.finding],
      config,
      resources: planned.resources,
    };
  } catch (error) {
    findings.unshift(...problemsOf(error, "stack file", `edit Pulumi.${stack}.yaml`));
    return { findings, config: undefined, resources: [] };
  }
}

/** The last stage has everything that the account must be ready for. */
async function plan(project: string, stack: string, raw: ReturnType<typeof readStackFile>) {
  try {
    const { resources } = await record(() => program(project), {
      project: projectName(project),
      stack,
      config: { ...raw.values, "causeway:stage": "models" },
      secretKeys: [...raw.secrets],
    });
    return { resources, finding: ok("plan", `the stack plans ${resources.length} resources`) };
  } catch (error) {
    const [first] = problemsOf(error, "plan", `npx causeway plan --stack ${stack}`);
    return { resources: [], finding: first ?? problem("plan", "the stack cannot be planned") };
  }
}

function packFindings(project: string, stack: string): Finding[] {
  const name = `policies/config/${stack}.json`;
  const file = join(project, name);
  if (!existsSync(file))
    return [
      problem(
        "policy configuration",
        `there is no ${name}, so every rule is as strict as it begins`,
        `write ${name}; {} takes every rule as it is, npx causeway new stack writes one`,
      ),
    ];
  try {
    packConfig(file);
    return [ok("policy configuration", `${name} is valid`)];
  } catch (error) {
    return problemsOf(error, "policy configuration", `edit ${name}`);
  }
}

/** Without the key, a resource without a provider would go to whatever account the shell names. */
function providerFindings(value: string | undefined, { target }: StackConfig): Finding[] {
  if (target !== "aws") return [];
  const subject = "default providers";
  return ["aws", "kubernetes"].every((name) => value?.includes(name))
    ? [ok(subject, "are off for aws and kubernetes")]
    : [
        problem(
          subject,
          "are on, so a resource without a provider skips the check of the account",
          "add to the stack file: pulumi:disable-default-providers: [aws, kubernetes]",
        ),
      ];
}

function problemsOf(error: unknown, subject: string, next: string): Finding[] {
  if (error instanceof InputError)
    return error.problems.map((one) => problem(subject, describeProblem(one), next));
  const message = error instanceof Error ? error.message : String(error);
  return [problem(subject, message.split("\n")[0] ?? message, next)];
}
