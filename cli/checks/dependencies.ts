import { join } from "node:path";
import { existingEnvironment, trainingFolder } from "../../services/training/environment";
import { jsonHelp, type CommandLine } from "../command";
import type { Terminal } from "../terminal";
import { licenceProblem } from "./licences";
import { npmPackages, pythonPackages } from "./packages";
import { auditNpm, auditPython } from "./vulnerabilities";

const project = join(__dirname, "..", "..");

function licenceProblems({ print }: Terminal): string[] {
  const python = existingEnvironment()?.python;
  const packages = [
    ...npmPackages(project),
    ...(python === undefined ? [] : pythonPackages(python)),
  ];
  const problems = packages.flatMap((one) => licenceProblem(one) ?? []);
  const count = (ecosystem: string) => packages.filter((one) => one.ecosystem === ecosystem).length;
  const without =
    python === undefined
      ? "the Python packages were left out, since they are not installed (npm test installs them)"
      : `${count("PyPI")} of PyPI`;
  print(`licences: ${count("npm")} packages of npm, ${without}; ${problems.length} not free`);
  return problems;
}

function vulnerabilities(required: boolean, { print }: Terminal): string[] {
  return Object.entries({ npm: auditNpm(project), PyPI: auditPython(trainingFolder) }).flatMap(
    ([name, audit]) => {
      if (audit.kind === "asked") {
        print(`vulnerabilities of ${name} packages: ${audit.problems.length} to mend`);
        return audit.problems;
      }
      print(`vulnerabilities of ${name} packages: not asked: ${audit.reason}`);
      return required
        ? [
            `vulnerabilities of ${name} packages must be asked about with --require-audit: ${audit.reason}`,
          ]
        : [];
    },
  );
}

export const verb: CommandLine = {
  details:
    "Holds the licence of every npm and Python package against the list of free ones, and asks the registries for known vulnerabilities.",
  examples: ["", "--require-audit --json"],
  define: (command, terminal) =>
    command
      .option("--require-audit", "a registry that cannot be asked is a problem")
      .option("--json", jsonHelp)
      .action(({ requireAudit = false }) => {
        const problems = [...licenceProblems(terminal), ...vulnerabilities(requireAudit, terminal)];
        terminal.result({ problems }, problems);
        terminal.exitCode = problems.length > 0 ? 1 : 0;
      }),
};
