import { rules } from "../../policies/rules";
import { InputError } from "../../services/contract/problems";
import { CommandLineEnd, commandLine, runCommand } from "../command-line";
import { lintManifests, type Finding, type LintResult } from "./lint";
import { packConfig } from "../plan/judgement";

const usage = `usage: npm run lint:manifests -- [--config <pack configuration>] <file or folder>...

Judges Kubernetes manifests (YAML or JSON) by the policy pack. Exit codes: 0 clean, 1 mandatory violations, 2 unreadable input.`;

/** Runs the linter and returns the exit code. */
export function main(
  argv: readonly string[],
  print: (line: string) => void = console.log,
  complain: (line: string) => void = console.error,
): number {
  try {
    const { values, positionals } = commandLine(argv, {
      usage,
      operands: Infinity,
      options: { config: { type: "string" } },
    });
    if (positionals.length === 0) return said(complain, usage, 2);
    const progress = process.stderr.isTTY
      ? (file: string) => void process.stderr.write(`\r\u001b[Kreading ${file}`)
      : undefined;
    const result = lintManifests(
      positionals,
      rules,
      values.config === undefined ? {} : packConfig(values.config),
      progress,
    );
    if (progress !== undefined) process.stderr.write("\r\u001b[K");
    return report(result, print, complain);
  } catch (error) {
    if (error instanceof CommandLineEnd)
      return said(error.code === 0 ? print : complain, error.message, error.code);
    if (error instanceof InputError || error instanceof RangeError)
      return said(complain, error.message, 2);
    throw error;
  }
}

function report(
  { files, objects, findings, problems }: LintResult,
  print: (line: string) => void,
  complain: (line: string) => void,
): number {
  for (const finding of findings) print(line(finding));
  for (const problem of problems) complain(`${problem} (unreadable)`);
  const mandatory = findings.filter(
    ({ violation }) => violation.enforcement === "mandatory",
  ).length;
  print(
    `${count(files, "file")}, ${count(objects, "object")}: ${mandatory} mandatory, ${findings.length - mandatory} advisory, ${problems.length} unreadable`,
  );
  if (problems.length > 0 || objects === 0) {
    if (objects === 0 && problems.length === 0)
      complain(
        "no Kubernetes object found: a manifest ends with .yaml, .yml or .json and has apiVersion and kind",
      );
    return 2;
  }
  return mandatory > 0 ? 1 : 0;
}

function line({ location, violation }: Finding): string {
  const { rule, enforcement, message } = violation;
  return `${location ?? "(all files)"}: ${enforcement} ${rule.name} (${rule.severity}): ${message}\n    ${rule.remediation}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function said(print: (line: string) => void, message: string, code: number): number {
  print(message);
  return code;
}

if (require.main === module) void runCommand((argv) => main(argv));
