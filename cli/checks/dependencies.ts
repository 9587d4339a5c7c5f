import { join } from "node:path";
import { existingEnvironment, trainingFolder } from "../../services/training/environment";
import { commandLine, runCommand } from "../command-line";
import { licenceProblem } from "./licences";
import { npmPackages, pythonPackages } from "./packages";
import { auditNpm, auditPython } from "./vulnerabilities";

const project = join(__dirname, "..", "..");

const usage = `npm run check:dependencies -- [--require-audit]

Holds the licence of every npm and Python package against the list of free ones, and asks the registries for known vulnerabilities.

  --require-audit   a registry that cannot be asked is a problem

Exit codes: 0 nothing found, 1 something is to mend, 2 an unusable command line.`;

function licenceProblems(): string[] {
  const python = existingEnvironment()?.python;
  const packages = [
    ...npmPackages(project),
    ...(python === undefined ? [] : pythonPackages(python)),
  ];
  const problems = packages.flatMap((one) => licenceProblem(one) ?? []);
  const count = (ecosystem: string) => packages.filter((one) => one.ecosystem === ecosystem).length;
  const without =
    python === undefined
      ? "the Python packages were left out, since they are not installed (npm run test:training installs them)"
      : `${count("PyPI")} of PyPI`;
  console.log(`licences: ${count("npm")} packages of npm, ${without}; ${problems.length} not free`);
  return problems;
}

function vulnerabilities(required: boolean): string[] {
  return Object.entries({ npm: auditNpm(project), PyPI: auditPython(trainingFolder) }).flatMap(
    ([name, audit]) => {
      if (audit.kind === "asked") {
        console.log(`vulnerabilities of ${name} packages: ${audit.problems.length} to mend`);
        return audit.problems;
      }
      console.log(`vulnerabilities of ${name} packages: not asked: ${audit.reason}`);
      return required
        ? [
            `vulnerabilities of ${name} packages must be asked about with --require-audit: ${audit.reason}`,
          ]
        : [];
    },
  );
}

void runCommand((argv) => {
  const { values } = commandLine(argv, {
    usage,
    options: { "require-audit": { type: "boolean", default: false } },
  });
  const problems = [...licenceProblems(), ...vulnerabilities(values["require-audit"])];
  for (const problem of problems) console.error(problem);
  return problems.length > 0 ? 1 : 0;
});
