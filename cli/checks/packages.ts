import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Package } from "./licences";

const lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string().optional(), license: z.string().optional() }),
  ),
});
const manifest = z.object({
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
});
const distributions = z.array(
  z.object({ name: z.string(), version: z.string(), licences: z.array(z.string()) }),
);

/**
 * Prints name, version and licences of every package of an environment: the expression of PEP 639,
 * else the old field of one line, else the classifiers.
 */
const listing = `
import importlib.metadata, json
found = []
for one in importlib.metadata.distributions():
    meta = one.metadata
    old = (meta.get("License") or "").strip()
    classes = [c.split(" :: ")[-1] for c in meta.get_all("Classifier") or [] if c.startswith("License :: ")]
    words = [old] if old and "\\n" not in old and len(old) < 60 else []
    expression = meta.get("License-Expression")
    found.append({"name": meta["Name"], "version": one.version, "licences": [expression] if expression else words + [c for c in classes if c != "OSI Approved"]})
print(json.dumps(found))
`;

/**
 * Every npm package of a project's lock, production and development: as it is installed, else
 * (other platforms) as the lock says.
 */
export function npmPackages(project: string): Package[] {
  const { packages } = lock.parse(json(join(project, "package-lock.json")));
  return Object.entries(packages).flatMap(([path, { version, license }]): Package[] => {
    if (path === "") return [];
    const file = join(project, path, "package.json");
    const own = existsSync(file) ? manifest.parse(json(file)).license : license;
    const said = typeof own === "object" ? own.type : own;
    return [
      {
        ecosystem: "npm",
        name: path.replace(/^.*node_modules\//, ""),
        version: version ?? "",
        licences: said === undefined ? [] : [said],
      },
    ];
  });
}

/** Every package of a Python environment, by its interpreter. */
export function pythonPackages(python: string): Package[] {
  const found = distributions.parse(
    JSON.parse(execFileSync(python, ["-c", listing], { encoding: "utf8", env: process.env })),
  );
  return found.map((one) => ({ ecosystem: "PyPI", ...one }));
}

function json(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}
