import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readJsonFile } from "../contract/json";
import { parseOrThrow } from "../contract/problems";
import { scanSchema } from "./release";
import { digest, digestOf } from "../contract/digests";

/**
 * Images that a run takes beside the model's own, by the folder of their Dockerfile below
 * `services`.
 */
export const runImages = ["training", "delivery"] as const;
export type RunImage = (typeof runImages)[number];

/**
 * What is on record of a published image: `images/<name>.json`, written by `npx causeway release publish-image`.
 */
export const imageRecordSchema = z.strictObject({
  image: z.strictObject({ repository: z.string().min(1), digest }),
  /** Commit that it was built from. */
  revision: z.string().regex(/^[0-9a-f]{40}$/, "a commit, 40 hexadecimal digits"),
  /**
   * Digest of the bill of materials (CycloneDX) in the image, which is also its label
   * `dev.causeway.bill`.
   */
  bill: digest,
  /** What a scanner found; absent until one has looked. */
  scan: scanSchema.optional(),
});
export type ImageRecord = z.output<typeof imageRecordSchema>;

/** What policies judge of an image that runs. */
export interface ImageEvidence {
  /**
   * Whether the stack names a published image; until it does, a digest stands for the build inputs.
   */
  readonly published: boolean;
  /** Digest of the image that runs. */
  readonly digest: string;
  /** Digest of the bill of materials in the repository as it is. */
  readonly bill?: string;
  readonly record?: ImageRecord;
}

/** Path of an image's record below the root of the project. */
export function recordPath(name: RunImage): string {
  return join("images", `${name}.json`);
}

/** Path of an image's bill of materials. */
export function billPath(name: RunImage): string {
  return join("services", name, "sbom.cdx.json");
}

/**
 * Reads what is known of an image that a stack runs. Throws InputError where its record cannot be
 * read.
 */
export function imageEvidence(
  root: string,
  name: RunImage,
  image: string,
  published: boolean,
): ImageEvidence {
  const [record, bill] = [join(root, recordPath(name)), join(root, billPath(name))];
  return {
    published,
    digest: image.slice(image.indexOf("@") + 1),
    ...(existsSync(bill) && { bill: digestOf(readFileSync(bill)) }),
    ...(existsSync(record) && {
      record: parseOrThrow(imageRecordSchema, readJsonFile(record), record),
    }),
  };
}
