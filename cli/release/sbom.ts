import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { parseOrThrow } from "../../services/contract/problems";
import { jsonHelp, type CommandLine } from "../command";
import { compileImage, type CompiledImage } from "../compile-server";

/**
 * Bills of materials that are kept in the repository, and what makes each; a test holds them equal.
 * The manifest of a release names those of server and training by digest, an image its own by a
 * label.
 */
export const bills: Readonly<Record<string, (root: string) => string>> = {
  "services/model-server/sbom.cdx.json": (root) => compiledBill(root, "model-server"),
  "services/delivery/sbom.cdx.json": (root) => compiledBill(root, "delivery"),
  "services/training/sbom.cdx.json": trainingBill,
};

/** The bills that are not those of the locks as they are. */
export function staleBills(root: string): string[] {
  return Object.entries(bills).flatMap(([file, make]) =>
    make(root) === readFileSync(join(root, file), "utf8") ? [] : [file],
  );
}

/** One part of an image, as CycloneDX 1.6 has it (cyclonedx.org/docs/1.6/json). */
interface Component {
  readonly type: "library" | "container" | "application";
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly "bom-ref"?: string;
  readonly hashes?: readonly { readonly alg: "SHA-256" | "SHA-512"; readonly content: string }[];
  readonly licenses?: readonly (
    { readonly license: { readonly id: string } } | { readonly expression: string }
  )[];
}

/**
 * A bill of materials without time and serial number, so that the same locks give the same bytes. A
 * package that the lock has twice is one component.
 */
function billOf(image: string, version: string, components: readonly Component[]): string {
  const different = [
    ...new Map(
      components.map((component) => [`${component.name} ${component.version}`, component]),
    ).values(),
  ];
  const sorted = different.sort((a, b) =>
    `${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1,
  );
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "application", name: image, version } },
    components: sorted,
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

/**
 * A base image, such as `node:22-bookworm-slim@sha256:...`; without a digest until it is pinned.
 */
export function baseImage(reference: string): Component {
  const [tagged = "", digest] = reference.split("@sha256:");
  const colon = tagged.lastIndexOf(":");
  return {
    type: "container",
    name: tagged.slice(0, colon),
    version: tagged.slice(colon + 1),
    ...(digest !== undefined && { hashes: [{ alg: "SHA-256", content: digest }] }),
  };
}

const lockSchema = z.object({
  version: z.string(),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string(),
      integrity: z.string().optional(),
      license: z.string().optional(),
    }),
  ),
});

/**
 * Bill of materials of an image of compiled programs: the packages that they really hold, by the
 * lock, and the image under them.
 */
function compiledBill(root: string, image: CompiledImage): string {
  const lock = parseOrThrow(
    lockSchema,
    JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")),
    "package-lock.json",
  );
  const bases = [
    ...readFileSync(join(root, "services", "model-server", "base-images.env"), "utf8").matchAll(
      /^RUNTIME_IMAGE=(.+)$/gm,
    ),
  ].map(([, base = ""]) => baseImage(base));
  const packages = packagesIn(root, image).map((path): Component => {
    const found = lock.packages[path];
    if (found === undefined)
      throw new Error(`${path} is in the bundle and not in package-lock.json: npm ci`);
    return npmComponent(
      path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
      found,
    );
  });
  return billOf(`causeway/${image}`, lock.version, [...bases, ...packages]);
}

function packagesIn(root: string, image: CompiledImage): string[] {
  const folder = mkdtempSync(join(tmpdir(), "causeway-sbom-"));
  try {
    compileImage(root, image, folder);
    return parseOrThrow(
      z.array(z.string()),
      JSON.parse(readFileSync(join(folder, "packages.json"), "utf8")),
      "the bundle's packages",
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function npmComponent(
  name: string,
  {
    version,
    integrity,
    license,
  }: {
    readonly version: string;
    readonly integrity?: string | undefined;
    readonly license?: string | undefined;
  },
): Component {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const sha512 = /^sha512-(.+)$/.exec(integrity ?? "")?.[1];
  return {
    type: "library",
    name,
    version,
    purl,
    "bom-ref": purl,
    ...(sha512 !== undefined && {
      hashes: [{ alg: "SHA-512", content: Buffer.from(sha512, "base64").toString("hex") }],
    }),
    ...(license !== undefined && {
      licenses: [/[ ()]/.test(license) ? { expression: license } : { license: { id: license } }],
    }),
  };
}

/** A package of the lock: its name, version and environment marker (PEP 508). */
const pinned = /^([a-z0-9][\w.-]*)==([^\s;\\]+)(?: ; ([^\\]+))?/i;

/**
 * Bill of materials of the training image: the packages of the lock that its Python installs, and
 * the image under it.
 */
function trainingBill(root: string): string {
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

export const verb: CommandLine = {
  details: "The locks of npm and Python decide; a bill has neither time nor serial number.",
  examples: ["--json"],
  define: (command, terminal) =>
    command.option("--json", jsonHelp).action(() => {
      const root = join(__dirname, "..", "..");
      for (const [file, make] of Object.entries(bills)) writeFileSync(join(root, file), make(root));
      terminal.result({ files: Object.keys(bills) }, [`wrote ${Object.keys(bills).join(", ")}`]);
    }),
};
