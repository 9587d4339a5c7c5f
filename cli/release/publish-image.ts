import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  billPath,
  imageRecordSchema,
  recordPath,
  runImages,
  type ImageRecord,
  type RunImage,
} from "../../services/evidence/images";
import { InputError, parseOrThrow } from "../../services/contract/problems";
import type { Scan } from "../../services/evidence/release";
import { commandLine, runCommand, unusable } from "../command-line";
import { openLedger } from "../../services/delivery/ledger-location";
import { replace } from "./attest";
import { buildRunImage, headRevision, scanOfRegistry } from "./image";
import { actorAt } from "./record";
import { bills } from "../sbom/main";
import { digestOf } from "../../services/contract/digests";

const usage =
  "usage: npm run publish:image -- <training or delivery> --repository <repository URL, such as that of the stack outputs> [--ledger <file *.jsonl, folder, or s3://<audit bucket>/ledger>]";

/** What to publish, and how an image is built, pushed and scanned. */
export interface ImagePublication {
  /** Root of the project. */
  readonly project: string;
  readonly name: RunImage;
  readonly repository: string;
  /** Commit that it is built from. */
  readonly revision: string;
  /**
   * Builds the image under a tag with the digest of its bill of materials as a label, pushes it,
   * and returns the digest that the registry gave.
   */
  build(name: RunImage, tag: string, bill: string): string;
  /** What the registry's scanner found in the image; nothing where it has none. */
  scan(repository: string, image: string): Scan | undefined;
}

/**
 * Builds and pushes an image of the retraining, and writes the registry's digest, its bill of
 * materials and the scanner's result into its record, which policies read. A failed build or scan
 * changes nothing.
 * @throws InputError where the bill of materials is not of the locks as they are
 */
export function publishImage({
  project,
  name,
  repository,
  revision,
  build,
  scan,
}: ImagePublication): ImageRecord {
  const file = billPath(name);
  const current = bills[file]?.(project);
  const bytes = readFileSync(join(project, file));
  if (current !== bytes.toString("utf8"))
    throw new InputError("bill of materials", [
      { key: file, got: "another than the locks give", allowed: "what npm run sbom writes" },
    ]);
  const bill = digestOf(bytes);
  const digest = build(name, `${repository}:${revision.slice(0, 12)}`, bill);
  const found = scan(repository, digest);
  const record = parseOrThrow(
    imageRecordSchema,
    { image: { repository, digest }, revision, bill, ...(found && { scan: found }) },
    "the record of the image",
  );
  const target = join(project, recordPath(name));
  mkdirSync(dirname(target), { recursive: true });
  replace(target, `${JSON.stringify(record, null, 2)}\n`);
  return record;
}

async function main(argv: readonly string[]): Promise<void> {
  const text = { type: "string" } as const;
  const { values, positionals } = commandLine(argv, {
    usage,
    operands: 1,
    options: { repository: text, ledger: text },
  });
  const name = runImages.find((known) => known === positionals[0]);
  if (name === undefined)
    throw unusable(
      `image: got ${positionals[0] ?? "nothing"}, allowed: ${runImages.join(", ")}`,
      usage,
    );
  const { repository, ledger: where } = values;
  if (repository === undefined) throw unusable("missing: --repository", usage);
  const ledger = where === undefined ? undefined : await openLedger(where);
  await ledger?.chain();
  const { image, revision, bill, scan } = publishImage({
    project: join(__dirname, "..", ".."),
    name,
    repository,
    revision: headRevision(),
    build: buildRunImage,
    scan: scanOfRegistry,
  });
  if (where !== undefined)
    await ledger?.record({
      actor: actorAt(where),
      action: "release",
      subject: `image-${name}`,
      details: { digest: image.digest, repository, revision, bill, scan: scan?.highest ?? null },
    });
  console.log(
    `published ${repository}@${image.digest}; commit ${recordPath(name)}, and set causeway:images.${name} to it`,
  );
}

if (require.main === module) {
  void runCommand(main, (error) => (error instanceof InputError ? 2 : 1));
}
