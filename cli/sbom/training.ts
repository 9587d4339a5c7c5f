import { readFileSync } from "node:fs";
import { join } from "node:path";
import { baseImage, billOf, type Component } from "./bill";

/** A package of the lock: its name, version and environment marker (PEP 508). */
const pinned = /^([a-z0-9][\w.-]*)==([^\s;\\]+)(?: ; ([^\\]+))?/i;

/**
 * Bill of materials of the training image: the packages of the lock that its Python installs, and
 * the image under it.
 */
export function trainingBill(root: string): string {
  const folder = join(root, "services", "training");
  const [base = ""] = readFileSync(join(folder, "base-image.pin"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const python = /python:(\d+\.\d+)/.exec(base)?.[1] ?? "";
  const packages = readFileSync(join(folder, "requirements.lock"), "utf8")
    .split("\n")
    .flatMap((line): Component[] => {
      const [, name = "", version = "", marker = ""] = pinned.exec(line) ?? [];
      if (name === "" || !applies(marker, python)) return [];
      const purl = `pkg:pypi/${name.toLowerCase()}@${version}`;
      return [{ type: "library", name, version, purl, "bom-ref": purl }];
    });
  return billOf(
    "causeway/training",
    /^version = "(.+)"$/m.exec(readFileSync(join(folder, "pyproject.toml"), "utf8"))?.[1] ?? "",
    [baseImage(base), ...packages],
  );
}

/**
 * Whether a marker holds for CPython of this version on Linux. A clause that is not known holds: a
 * bill says too much rather than too little.
 */
function applies(marker: string, python: string): boolean {
  return marker.split(" and ").every((clause) => {
    const [, variable, operator, value = ""] =
      /^(\w+) (<|>=|==|!=) '(.*)'$/.exec(clause.trim()) ?? [];
    if (variable === "python_full_version")
      return operator === "<" ? minor(python) < minor(value) : minor(python) >= minor(value);
    if (variable === "sys_platform") return (operator === "==") === (value === "linux");
    return true;
  });
}

function minor(version: string): number {
  return Number(version.split(".")[1]);
}
