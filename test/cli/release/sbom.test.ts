import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { baseImage, bills, staleBills } from "../../../cli/release/sbom";
import { project } from "../../support/stacks";

interface Bill {
  readonly bomFormat: string;
  readonly components: {
    readonly type: string;
    readonly name: string;
    readonly version: string;
    readonly purl?: string;
    readonly hashes?: { readonly alg: string; readonly content: string }[];
  }[];
}
const bill = (file: string): Bill => JSON.parse(readFileSync(join(project, file), "utf8"));
const packages = (file: string) => bill(file).components.filter(({ type }) => type === "library");

test("the bills in the repository are those of the locks: npx causeway release sbom writes them", () => {
  expect(staleBills(project)).toEqual([]);
});

test.each(Object.keys(bills))("%s has no component twice, which CycloneDX refuses", (file) => {
  const names = bill(file).components.map(({ name, version }) => `${name} ${version}`);
  expect(new Set(names).size).toBe(names.length);
});

test("each bill names the image that is under it", () => {
  const bases = Object.keys(bills).flatMap((file) =>
    bill(file)
      .components.filter(({ type }) => type === "container")
      .map(({ name }) => name),
  );
  expect(bases).toEqual([
    "gcr.io/distroless/nodejs22-debian12",
    "gcr.io/distroless/nodejs22-debian12",
    "docker.io/library/python",
  ]);
  expect(baseImage(`node:22@sha256:${"a".repeat(64)}`)).toEqual({
    type: "container",
    name: "node",
    version: "22",
    hashes: [{ alg: "SHA-256", content: "a".repeat(64) }],
  });
});

test("every package of the bills of compiled programs is one that npm itself lists, with npm's hash", () => {
  const npm: Bill = JSON.parse(
    execFileSync("npm", ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx"], {
      cwd: project,
      encoding: "utf8",
      maxBuffer: 64e6,
    }),
  );
  const known = new Map(npm.components.map(({ purl, hashes }) => [purl, hashes?.[0]?.content]));
  const own = packages("services/model-server/sbom.cdx.json");
  expect(own.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["fastify", "onnxruntime-node", "piscina", "zod"]),
  );
  const promoter = packages("services/delivery/sbom.cdx.json");
  expect(promoter.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["zod", "@kubernetes/client-node"]),
  );
  for (const { purl, hashes } of [...own, ...promoter])
    expect([purl, known.get(purl)]).toEqual([purl, hashes?.[0]?.content]);
});

test("the training's bill has each package once, in the version that Python 3.12 on Linux gets", () => {
  const found = packages("services/training/sbom.cdx.json");
  expect(new Set(found.map(({ name }) => name)).size).toBe(found.length);
  const version = (name: string) => found.find((component) => component.name === name)?.version;
  expect([version("onnxruntime"), version("pyreadline3"), version("cffi")]).toEqual([
    "1.24.3",
    undefined,
    "2.1.1",
  ]);
});
