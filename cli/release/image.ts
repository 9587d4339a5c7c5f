import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { RunImage } from "../../services/evidence/images";
import { InputError, parseOrThrow } from "../../services/contract/problems";
import { severities, type Scan } from "../../services/evidence/release";
import { digest, imageDigest } from "../../services/contract/digests";

const root = join(__dirname, "..", "..");

/**
 * Base images of a published image, from a file of `NAME=value` lines.
 * @throws InputError when one is not by digest: the image could not be told from another that was
 *   built of the same sources
 */
export function pinnedBases(file: string): string[] {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => /^[A-Z_]+=/.test(line));
  const loose = lines.filter((line) => imageDigest(line) === undefined);
  if (loose.length === 0) return lines;
  throw new InputError(
    file,
    loose.map((line) => ({
      key: line.replace(/=.*/, ""),
      got: line.replace(/^[A-Z_]+=/, ""),
      allowed: "an image by digest: node services/model-server/pin-base-images.mjs writes it",
    })),
  );
}

/** Builds the image of a model with Docker and pushes it; returns the registry's digest. */
export function buildWithDocker(model: string, tag: string, attestation: string): string {
  return buildAndPush("model-server", tag, [
    ...pinnedBases(join(root, "services", "model-server", "base-images.env")),
    `MODEL=${model}`,
    `ATTESTATION=${attestation}`,
  ]);
}

/**
 * Builds the image of the training steps or of the promoter with Docker and pushes it; returns the
 * registry's digest.
 */
export function buildRunImage(name: RunImage, tag: string, bill: string): string {
  const bases =
    name === "training"
      ? [`PYTHON_IMAGE=${pinnedPython(join(root, "services", "training", "base-image.pin"))}`]
      : pinnedBases(join(root, "services", "model-server", "base-images.env"));
  return buildAndPush(name, tag, [...bases, `BILL=${bill}`]);
}

/** The image in a file whose only line without a comment it is. Throws InputError as above. */
export function pinnedPython(file: string): string {
  const [image] = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (image !== undefined && imageDigest(image) !== undefined) return image;
  throw new InputError(file, [
    {
      key: "(last line)",
      got: image,
      allowed: "an image by digest, as the comment of the file says",
    },
  ]);
}

/** Commit of the working tree. */
export function headRevision(): string {
  return execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
}

function buildAndPush(
  service: "model-server" | RunImage,
  tag: string,
  given: readonly string[],
): string {
  const folder = mkdtempSync(join(tmpdir(), "causeway-publish-"));
  try {
    const metadata = join(folder, "metadata.json");
    const file = join("services", service, "Dockerfile");
    const values = [
      ...given,
      `VERSION=${tag.slice(tag.lastIndexOf(":") + 1)}`,
      `REVISION=${headRevision()}`,
    ].flatMap((value) => ["--build-arg", value]);
    const args = [
      "buildx",
      "build",
      "--platform",
      "linux/amd64",
      ...values,
      "--file",
      file,
      "--tag",
      tag,
      "--push",
      "--metadata-file",
      metadata,
      ".",
    ];
    execFileSync("docker", args, { cwd: root, stdio: "inherit" });
    return parseOrThrow(
      z.object({ "containerimage.digest": digest }),
      JSON.parse(readFileSync(metadata, "utf8")),
      "the builder's metadata",
    )["containerimage.digest"];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const findings = z.object({
  imageScanFindings: z.object({
    imageScanCompletedAt: z.union([z.string(), z.number()]),
    findingSeverityCounts: z.record(z.string(), z.number()).default({}),
  }),
});

/**
 * Waits for Amazon ECR's scan of a pushed image and returns what it found, for our repositories
 * there scan on push; nothing of any other registry.
 */
export function scanOfRegistry(repository: string, image: string): Scan | undefined {
  const [, region = "", name = ""] =
    /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/(.+)$/.exec(repository) ?? [];
  if (name === "") return undefined;
  const args = [
    "--region",
    region,
    "--repository-name",
    name,
    "--image-id",
    `imageDigest=${image}`,
  ];
  execFileSync("aws", ["ecr", "wait", "image-scan-complete", ...args], { stdio: "inherit" });
  return scanIn(
    JSON.parse(
      execFileSync("aws", ["ecr", "describe-image-scan-findings", ...args, "--output", "json"], {
        encoding: "utf8",
      }),
    ),
    image,
  );
}

/** The scan in an answer of `aws ecr describe-image-scan-findings`. */
export function scanIn(answer: unknown, image: string): Scan {
  const { imageScanFindings: found } = parseOrThrow(
    findings,
    answer,
    "the registry's scan findings",
  );
  const present = Object.entries(found.findingSeverityCounts).flatMap(([severity, count]) =>
    count > 0 ? [severityOf(severity)] : [],
  );
  const highest =
    [...severities].reverse().find((severity) => present.includes(severity)) ?? "none";
  const at =
    typeof found.imageScanCompletedAt === "number"
      ? found.imageScanCompletedAt * 1_000
      : found.imageScanCompletedAt;
  return { scanner: "Amazon ECR", at: new Date(at).toISOString(), digest: image, highest };
}

/**
 * ECR also has INFORMATIONAL, which is below low, and UNDEFINED, of which nobody knows how bad it
 * is.
 */
function severityOf(name: string): (typeof severities)[number] {
  if (name === "INFORMATIONAL") return "none";
  return severities.find((severity) => severity === name.toLowerCase()) ?? "high";
}
