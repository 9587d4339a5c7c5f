import { join } from "node:path";
import {
  existingEnvironment,
  existingInterpreter,
  trainingFolder,
} from "../../services/training/environment";
import { jsonHelp, type CommandLine } from "../command";
import type { Terminal } from "../terminal";
import { licenceProblem } from "./licences";
import { npmPackages, pythonPackages } from "./packages";
import { auditNpm, auditPython } from "./vulnerabilities";

const project = join(__dirname, "..", "..");

/** Lock of the programs that stand in for AWS in the tests: no image has them, but CI installs them. */
const standInsOfAws = join(project, "test", "harness", "standins", "aws", "requirements.lock");

function licenceProblems({ print }: Terminal): string[] {
  const npm = npmPackages(project);
  const environments = [
    { of: "the training steps", by: "npm test", python: existingEnvironment()?.python },
    {
      of: "the stand-in of AWS",
      by: "npm run e2e -- --only aws",
      python: existingInterpreter(standInsOfAws),
    },
  ].map(({ python, ...one }) => ({
    ...one,
    packages: python === undefined ? undefined : pythonPackages(python),
  }));
  const packages = [...npm, ...environments.flatMap((one) => one.packages ?? [])];
  const problems = packages.flatMap((one) => licenceProblem(one) ?? []);
  const counts = environments.map(({ of, by, packages }) =>
    packages === undefined
      ? `those of ${of} were left out, since they are not installed (${by} installs them)`
      : `${packages.length} of PyPI for ${of}`,
  );
  print(
    `licences: ${npm.length} packages of npm, ${counts.join(", ")}; ${problems.length} not free`,
  );
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
