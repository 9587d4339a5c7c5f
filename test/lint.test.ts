import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findPython } from "../services/training/environment";

/**
 * A tree with the project's lint configuration and two small files, into which each test plants one
 * mistake. The commands come from `npm run lint`: one that is dropped from it fails here.
 */
const repository = join(__dirname, "..");
const configuration = [
  ".dependency-cruiser.mjs",
  ".prettierignore",
  ".prettierrc.json",
  "eslint.config.mjs",
  "package.json",
  "tsconfig.json",
  "tsconfig.scripts.json",
];
const layers = ["infra", "services", "policies", "cli", "lab", "test"];
const clean = {
  "services/contract/one.ts": "export const one = 1;\n",
  "services/evidence/two.ts":
    'import { one } from "../contract/one";\n\nexport const two = one + one;\n',
};

const withPython = findPython() === undefined ? it.skip : it;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-lint-"));
  for (const name of configuration) cpSync(join(repository, name), join(folder, name));
  for (const layer of layers) mkdirSync(join(folder, layer));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"), "dir");
  Object.entries(clean).forEach(([path, text]) => plant(path, text));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function plant(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

interface Result {
  readonly failed: boolean;
  readonly output: string;
}

/** Runs the one command of `npm run lint` that starts with the program's name. */
function lint(
  program: "depcruise" | "eslint" | "prettier" | "tsx cli/checks/python-style.ts",
  environment: Readonly<Record<string, string>> = {},
): Result {
  const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
  const commands = String(scripts.lint).split(" && ");
  const [command, ...others] = commands.filter((each) => `${each} `.startsWith(`${program} `));
  if (command === undefined || others.length > 0)
    throw new Error(`npm run lint must run ${program} once: ${scripts.lint}`);
  const done = spawnSync("/bin/sh", ["-c", command], {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...process.env,
      PATH: `${repository}/node_modules/.bin:${process.env["PATH"]}`,
      ...environment,
    },
  });
  return { failed: done.status !== 0, output: done.stdout + done.stderr };
}

describe("npm run lint", () => {
  it.each(["depcruise", "eslint", "prettier"] as const)("%s passes a clean tree", (program) => {
    expect(lint(program)).toEqual({ failed: false, output: expect.any(String) });
  });

  it("refuses an import that goes up", () => {
    plant("services/contract/up.ts", 'export { two } from "../evidence/two";\n');
    const { failed, output } = lint("depcruise");
    expect(failed).toBe(true);
    expect(output).toMatch(
      /error down-only-from-services-contract: services\/contract\/up\.ts . services\/evidence\/two\.ts/,
    );
    expect(output).toContain("1 dependency violations");
  });

  it("refuses two files that import each other", () => {
    plant("cli/left.ts", 'import { right } from "./right";\n\nexport const left = () => right;\n');
    plant("cli/right.ts", 'import { left } from "./left";\n\nexport const right = () => left;\n');
    const { failed, output } = lint("depcruise");
    expect(failed).toBe(true);
    expect(output).toMatch(/error no-cycle: cli\/left\.ts/);
    expect(output).not.toContain("down-only");
  });

  it("refuses a line of code of 101 columns, not one of 100", () => {
    const line = (columns: number) => {
      const start = "export const sum = 1 + ";
      return `${start}${"n".repeat(columns - start.length - " + 1;".length)} + 1;\n`;
    };
    plant("cli/fits.ts", line(100));
    expect(lint("prettier")).toEqual({ failed: false, output: "" });
    plant("cli/wide.ts", line(101));
    const { failed, output } = lint("prettier");
    expect(failed).toBe(true);
    expect(output).toContain("cli/wide.ts");
    expect(output).not.toContain("cli/fits.ts");
  });

  it("refuses a promise that nobody awaits", () => {
    plant("cli/floating.ts", "export function start() {\n  Promise.resolve(1);\n}\n");
    const { failed, output } = lint("eslint");
    expect(failed).toBe(true);
    expect(output).toContain("cli/floating.ts");
    expect(output).toMatch(/2:3 +error .*@typescript-eslint\/no-floating-promises/);
  });

  it.each(["mjs", "js", "cjs"])("refuses it in a file that ends with .%s too", (ending) => {
    plant(`cli/floating.${ending}`, "async function go() {}\n\ngo();\n");
    const { failed, output } = lint("eslint");
    expect(failed).toBe(true);
    expect(output).toMatch(/3:1 +error .*@typescript-eslint\/no-floating-promises/);
  });

  it("refuses a file of the project that is required past the check of layers", () => {
    plant(
      "services/contract/up.ts",
      'import { createRequire } from "node:module";\n\nexport const up: unknown = createRequire(__filename)("../evidence/two");\n',
    );
    const { failed, output } = lint("eslint");
    expect(failed).toBe(true);
    expect(output).toContain("the check of layers does not see a file that is required so");
  });

  it("refuses a resource that is made inside apply, and no plain object", () => {
    plant(
      "infra/inside.ts",
      [
        'import * as pulumi from "@pulumi/pulumi";',
        'import { CustomResource } from "@pulumi/pulumi";',
        "export const ids = pulumi.output(1);",
        'ids.apply((id) => new pulumi.CustomResource("t", `${id}`));',
        'ids.apply((id) => new CustomResource("t", `${id}`));',
        'pulumi.all([ids]).apply(([id]) => [id].map(() => new CustomResource("t", `${id}`)));',
        "ids.apply((id) => new Set([id]));",
        "ids.apply((id) => {",
        "  throw new TypeError(`${id}`);",
        "});",
        'export const outside = new CustomResource("t", "n");',
      ].join("\n"),
    );
    const { failed, output } = lint("eslint");
    expect(failed).toBe(true);
    expect(output).toContain("infra/inside.ts");
    const found = output.matchAll(/^ +(\d+):\d+ +error .*inside apply.*no-restricted-syntax/gm);
    expect([...found].map(([, line]) => line)).toEqual(["4", "5", "6"]);
  });

  it("refuses a file of over 300 lines and a function of over 50, comments not counted", () => {
    const lines = (count: number) => "  console.log();\n".repeat(count);
    const procedure = (name: string, count: number) =>
      `export function ${name}() {\n  // Why.\n\n${lines(count - 2)}}\n`;
    const file = (rest: number) =>
      `${[1, 2, 3, 4, 5].map((i) => procedure(`p${i}`, 50)).join("\n")}\n${procedure("p6", rest)}`;
    plant("policies/fits.ts", file(50));
    plant("cli/long.ts", `${file(50)}\nexport const one = 1;\n`);
    plant("lab/procedure.ts", procedure("p", 51));
    plant("test/long.ts", `${file(50)}\nexport const one = 1;\n`);
    const { failed, output } = lint("eslint");
    expect(failed).toBe(true);
    for (const folder of ["cli", "test"])
      expect(output).toMatch(
        new RegExp(`${folder}/long\\.ts\\n.*File has too many lines \\(301\\).*max-lines\\n`),
      );
    expect(output).toMatch(/lab\/procedure\.ts\n.*too many lines \(51\).*max-lines-per-function\n/);
    expect(output).toContain("3 problems (3 errors, 0 warnings)");
  });

  describe("judges Python", () => {
    const program = "tsx cli/checks/python-style.ts";

    beforeEach(() => {
      mkdirSync(join(folder, "cli", "checks"));
      symlinkSync(join(repository, program.slice(4)), join(folder, program.slice(4)));
    });

    withPython("by the rules of the training package, and its format", () => {
      plant("test/golden.py", "total = 1 + 1\n");
      const passed = lint(program);
      expect(passed.failed).toBe(false);
      expect(passed.output).toContain("All checks passed!");
      expect(passed.output).toContain("1 file already formatted");
      plant("lab/unused.py", "import os\n");
      plant("services/models/example/spaced.py", "total = 1+1\n");
      const { failed, output } = lint(program);
      expect(failed).toBe(true);
      expect(output).toMatch(/lab\/unused\.py:1:8: F401/);
      expect(output).toMatch(/services\/models\/example\/spaced\.py/);
      expect(output).toContain("1 file would be reformatted, 2 files already formatted");
    });

    it("or says in a line that it is left out where there is no Python", () => {
      const bin = join(folder, "bin");
      mkdirSync(bin);
      symlinkSync(process.execPath, join(bin, "node"));
      symlinkSync(join(repository, "node_modules", ".bin", "tsx"), join(bin, "tsx"));
      const { failed, output } = lint(program, {
        PATH: bin,
        CAUSEWAY_CACHE: join(folder, "cache"),
      });
      expect(failed).toBe(false);
      expect(output).toMatch(
        /^Python style left out: Python 3\.10 to 3\.13 .* is not on PATH.*\n$/,
      );
    });
  });
});
