import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { imageEvidence, runImages } from "../../../services/evidence/images";
import { rule } from "../../../policies/rules/governance/image-scan";
import type { Scan } from "../../../services/evidence/release";
import { publishImage, type ImagePublication } from "../../../cli/release/publish-image";
import { pinnedPython } from "../../../cli/release/image";
import { project as repositoryRoot } from "../../support/stacks";
import { digestOf } from "../../../services/contract/digests";

const repository = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/example-causeway-prod/training";
const pushed = `sha256:${"ab".repeat(32)}`;
const found: Scan = {
  scanner: "Amazon ECR",
  at: "2026-11-29T00:00:00.000Z",
  digest: pushed,
  highest: "low",
};
let project = "";
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "causeway-publish-image-"));
  for (const file of ["sbom.cdx.json", "requirements.lock", "base-image.pin", "pyproject.toml"]) {
    mkdirSync(dirname(join(project, "services", "training", file)), { recursive: true });
    cpSync(
      join(repositoryRoot, "services", "training", file),
      join(project, "services", "training", file),
    );
  }
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

const bill = () => digestOf(readFileSync(join(project, "services", "training", "sbom.cdx.json")));
const publication = (more: Partial<ImagePublication> = {}): ImagePublication => ({
  project,
  name: "training",
  repository,
  revision: "c".repeat(40),
  startedAt: 36,
  build: () => pushed,
  scan: () => found,
  ...more,
});
/** What the policies say of a stack that runs the image. */
const judged = (image: string, published = true) =>
  rule.check(
    {
      type: "causeway:regional:Retraining",
      name: "retraining",
      props: { imageEvidence: { training: imageEvidence(project, "training", image, published) } },
    },
    {},
  );

test("an image is on record with commit, bill of materials and scan, and the policies take it by its digest", () => {
  const built: string[][] = [];
  publishImage(publication({ build: (name, tag, of) => (built.push([name, tag, of]), pushed) }));
  expect(built).toEqual([["training", `${repository}:cccccccccccc-10`, bill()]]);
  expect(JSON.parse(readFileSync(join(project, "images", "training.json"), "utf8"))).toEqual({
    image: { repository, digest: pushed },
    revision: "c".repeat(40),
    bill: bill(),
    scan: found,
  });
  expect(judged(`${repository}@${pushed}`)).toEqual([]);
  expect(judged(`${repository}@sha256:${"0".repeat(64)}`)).toEqual([
    `Image "training" must be the one on record in images/training.json, got sha256:${"0".repeat(64)}, on record is ${pushed}`,
  ]);
});

test("an image without a scan, or one whose lock has changed since, is not taken", () => {
  publishImage(publication({ scan: () => undefined }));
  expect(judged(`${repository}@${pushed}`)).toEqual([
    'Image "training" must have a scan of itself on record, got none',
  ]);
  publishImage(publication());
  writeFileSync(join(project, "services", "training", "sbom.cdx.json"), "{}");
  expect(judged(`${repository}@${pushed}`)).toEqual([
    expect.stringMatching(
      /^Image "training" must have the bill of materials of the repository, got sha256:[0-9a-f]{64}: build it again$/,
    ),
  ]);
});

test("an image that the stack does not name is not published, and nothing is asked of it", () =>
  expect(judged(`${repository}@${pushed}`, false)).toEqual([]));

test("a failed build or scan, and a bill that is not of the locks, leave no record", () => {
  const refuse = () => {
    throw new Error("refused");
  };
  expect(() => publishImage(publication({ build: refuse }))).toThrow("refused");
  expect(() => publishImage(publication({ scan: refuse }))).toThrow("refused");
  expect(() => publishImage(publication({ build: () => "latest" }))).toThrow(
    /image\.digest: got "latest"/,
  );
  writeFileSync(join(project, "services", "training", "sbom.cdx.json"), "{}");
  expect(() => publishImage(publication())).toThrow(
    'got "another than the locks give", allowed: what npx causeway release sbom writes',
  );
  expect(existsSync(join(project, "images"))).toBe(false);
});

test("the base image of the training is taken by digest alone", () => {
  const file = join(project, "base.pin");
  writeFileSync(file, `# why\npython:3.12@${pushed}\n`);
  expect(pinnedPython(file)).toBe(`python:3.12@${pushed}`);
  writeFileSync(file, "# why\npython:3.12\n");
  expect(() => pinnedPython(file)).toThrow(/got "python:3\.12", allowed: an image by digest/);
});

describe.each(runImages)("the Dockerfile of %s", (name) => {
  const text = readFileSync(join(repositoryRoot, "services", name, "Dockerfile"), "utf8");

  test("labels the image with its commit, its base and its bill of materials, and installs nothing of the distribution", () => {
    for (const part of [
      'org.opencontainers.image.revision="${REVISION}"',
      "org.opencontainers.image.base.name=",
      'dev.causeway.bill="${BILL}"',
    ])
      expect(text).toContain(part);
    expect(text).not.toMatch(/apt|apk|curl|wget/);
  });

  test("has everything that it copies in its build context", () => {
    const ignore = readFileSync(
      join(repositoryRoot, "services", name, "Dockerfile.dockerignore"),
      "utf8",
    ).split("\n");
    const copied = [...text.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, sources = ""]) =>
      sources.split(" "),
    );
    expect(copied.length).toBeGreaterThan(0);
    for (const source of copied)
      expect([source, ignore.some((line) => line === `!${source.split("/")[0]}`)]).toEqual([
        source,
        true,
      ]);
    for (const source of copied)
      expect([source, existsSync(join(repositoryRoot, source))]).toEqual([source, true]);
  });
});

test("the promoter's image is the server's runtime without a shell, and has its bill of materials in it", () => {
  const text = readFileSync(join(repositoryRoot, "services", "delivery", "Dockerfile"), "utf8");
  const pins = readFileSync(
    join(repositoryRoot, "services", "model-server", "base-images.env"),
    "utf8",
  );
  for (const [, name = "", image = ""] of text.matchAll(/^ARG (\w+_IMAGE)=(.+)$/gm))
    expect(pins).toMatch(
      new RegExp(`^${name}=${image.replace(/[.]/g, "\\.")}(@sha256:[0-9a-f]{64})?$`, "m"),
    );
  expect([...text.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)).toEqual([
    "${BUILD_IMAGE}",
    "${RUNTIME_IMAGE}",
  ]);
  expect(text).toContain("COPY services/delivery/sbom.cdx.json /app/");
});
