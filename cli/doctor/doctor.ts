import { jsonHelp, type CommandLine } from "../command";
import type { ExitCode } from "../exit-codes";
import { requireStack } from "../plan/stack-file";
import { projectHelp, repository } from "../project";
import type { Terminal } from "../terminal";
import { examine } from "./examine";
import { areas, type Finding, type Verdict } from "./finding";

interface Given {
  readonly stack: string;
  readonly project: string;
}

/** Looks at everything that a stack needs, changes nothing, and says all that it found. */
async function run({ stack, project }: Given, terminal: Terminal): Promise<void> {
  requireStack(project, stack);
  const findings = await examine(project, stack);
  terminal.exitCode = exitCodeFor(findings);
  terminal.result(
    { stack, exitCode: terminal.exitCode, findings },
    linesOf(stack, findings, terminal.exitCode),
  );
}

/** A problem weighs more than what cannot be told. */
export function exitCodeFor(findings: readonly Finding[]): ExitCode {
  const has = (verdict: Finding["verdict"]) => findings.some((one) => one.verdict === verdict);
  if (has("problem")) return 1;
  return has("cannot tell") ? 3 : 0;
}

function linesOf(stack: string, findings: readonly Finding[], exitCode: ExitCode): string[] {
  const byArea = areas.flatMap((area) => {
    const own = findings.filter((finding) => finding.area === area);
    return own.length > 0 ? [area, ...own.flatMap(findingLines)] : [];
  });
  const count = (verdict: Verdict) => findings.filter((one) => one.verdict === verdict).length;
  const problems = count("problem");
  const counts = `${count("ok")} ok, ${problems} problem${problems === 1 ? "" : "s"}, ${count("cannot tell")} cannot tell`;
  const next = exitCode === 1 ? "" : `; next: npx causeway up --stack ${stack}`;
  return [...byArea, "", `${counts}${next}`];
}

function findingLines({ verdict, subject, says, next }: Finding): string[] {
  const line = `  ${verdict.padEnd(11)}  ${subject}: ${says}`;
  return next === undefined || verdict === "ok" ? [line] : [line, `${" ".repeat(15)}-> ${next}`];
}

export const verb: CommandLine = {
  details: `Looks at tools, stack file, credentials, regions, roles and their second factor, service-linked roles, quotas, names, registry, images and domain, and changes nothing. Each finding is ok, a problem or "cannot tell", with what to do next. Run it before the first pulumi up and at any time after. Ends with 1 where there is a problem, else with 3 where something cannot be told.`,
  examples: ["--stack dev", "--stack prod --json"],
  define: (command, terminal) =>
    command
      .requiredOption("--stack <name>", "a stack that has a Pulumi.<name>.yaml")
      .option("--project <folder>", projectHelp, repository)
      .option("--json", jsonHelp)
      .action((given) => run(given, terminal)),
};
