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
import { Argument } from "@commander-js/extra-typings";
import { jsonHelp, ledgerHelp, type CommandLine } from "../command";
import { ledgerAt } from "../ledger";
import { replace } from "./attestation";
import { buildRunImage, headRevision, scanOfRegistry } from "./image";
import { actorAt } from "./record";
import { destinationOf } from "../stack-outputs";
import { repositoryHelp, stackHelp } from "./publish";
import { bills } from "./sbom";
import { digestOf } from "../../services/contract/digests";

/** What to publish, and how an image is built, pushed and scanned. */
export interface ImagePublication {
  /** Root of the project. */
  readonly project: string;
  readonly name: RunImage;
  readonly repository: string;
  /** Commit that it is built from. */
  readonly revision: string;
  /** When publishing began, in milliseconds since 1970. */
  readonly startedAt: number;
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
  startedAt,
  build,
  scan,
}: ImagePublication): ImageRecord {
  const file = billPath(name);
  const current = bills[file]?.(project);
  const bytes = readFileSync(join(project, file));
  if (current !== bytes.toString("utf8"))
    throw new InputError("bill of materials", [
      {
        key: file,
        got: "another than the locks give",
        allowed: "what npx causeway release sbom writes",
      },
    ]);
  const bill = digestOf(bytes);
  // A registry lets nobody move a tag, and a second build of a commit may have another digest.
  const tag = `${revision.slice(0, 12)}-${startedAt.toString(36)}`;
  const digest = build(name, `${repository}:${tag}`, bill);
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

export const verb: CommandLine = {
  details:
    "Builds, pushes and scans one of the images that run in the clusters beside the models, and puts it on record for the policies.",
  examples: [
    "training --stack prod",
    "training --repository 111111111111.dkr.ecr.eu-west-1.amazonaws.com/causeway-training",
  ],
  define: (command, terminal) =>
    command
      .addArgument(new Argument("<image>", "which image").choices(runImages))
      .option("--stack <name>", stackHelp)
      .option("--repository <url>", repositoryHelp)
      .option("--ledger <ledger>", ledgerHelp)
      .option("--json", jsonHelp)
      .action(async (name, given) => {
        const { repository, ledger: where } = destinationOf(name, given);
        const ledger = where === undefined ? undefined : await ledgerAt(where);
        await ledger?.chain();
        const record = publishImage({
          project: join(__dirname, "..", ".."),
          name,
          repository,
          revision: headRevision(),
          startedAt: Date.now(),
          build: buildRunImage,
          scan: scanOfRegistry,
        });
        const { image, revision, bill, scan } = record;
        if (where !== undefined)
          await ledger?.record({
            actor: actorAt(where),
            action: "release",
            subject: `image-${name}`,
            details: {
              digest: image.digest,
              repository,
              revision,
              bill,
              scan: scan?.highest ?? null,
            },
          });
        terminal.result(record, [
          `published ${repository}@${image.digest}; commit ${recordPath(name)}, and set causeway:images.${name} to it`,
        ]);
      }),
};
