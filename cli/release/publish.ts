import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modelsFolder } from "../project";
import { type Signer } from "../../services/evidence/attestation";
import { loadContract } from "../../services/contract/load";
import { loadRelease } from "../../services/evidence/load";
import { InputError, parseOrThrow } from "../../services/contract/problems";
import type { Approval, Release, Scan } from "../../services/evidence/release";
import { attestationFile } from "../../services/evidence/inspection";
import type { OpenLedger } from "../../services/delivery/ledger-location";
import { ledgerAt } from "../ledger";
import { recordedApprovals } from "../../services/delivery/approvals";
import { attest, replace } from "./attestation";
import { buildWithDocker, scanOfRegistry } from "./image";
import { actorAt, attestingOf, publicationOf } from "./record";
import { signerAt } from "./signers";
import { destinationOf, type GivenDestination } from "../stack-outputs";
import { jsonHelp, keyHelp, ledgerHelp, type CommandLine } from "../command";
import type { Terminal } from "../terminal";
import { staleBills } from "./sbom";
import { digest, digestOf } from "../../services/contract/digests";

const root = join(__dirname, "..", "..");
/** What to publish, and how an image is built, pushed and scanned. */
export interface Publication {
  readonly modelsFolder: string;
  readonly model: string;
  readonly repository: string;
  /** Keys that sign the release; by none it is unsigned, and prod does not take it. */
  readonly signers: readonly Signer[];
  /** Digests of the bills of materials of the images as they are built now. */
  readonly bills: Release["bills"];
  /**
   * Builds the image under a tag with the digest of the attestation in it as a label, pushes it,
   * and returns the digest that the registry gave.
   */
  build(model: string, tag: string, attestation: string): string;
  /** Approvals of the image that are on record, as where it was published before. */
  approvals(image: string): Approval[];
  /** What the registry's scanner found in the image; nothing where it has none. */
  scan(repository: string, image: string): Scan | undefined;
}

/**
 * Builds and pushes the image of a model's release, and writes the registry's digest and the
 * scanner's result into its manifest. It is signed twice: before the build, for the server in the
 * image verifies it, and after it, for the image is a subject then. A failed build or scan changes
 * nothing.
 * @returns the image by digest
 */
export function publish({
  modelsFolder,
  model,
  repository,
  signers,
  bills,
  build,
  approvals,
  scan,
}: Publication): string {
  loadContract(modelsFolder, model);
  const release = loadRelease(modelsFolder, model);
  const folder = join(modelsFolder, model, "release");
  const files = ["manifest.json", attestationFile].map((name) => join(folder, name));
  const before = files.map((file) => readFileSync(file, "utf8"));
  // Ctrl-C ends the builder, which fails, so that the files are restored below; without a listener
  // it would end this process before.
  const onSignal = () => undefined;
  process.on("SIGINT", onSignal);
  try {
    attest(folder, signers);
    const attestation = digestOf(readFileSync(join(folder, attestationFile)));
    // A registry lets nobody move a tag, and a repeated publication signs anew.
    const tag = `${repository}:${release.version}-${attestation.slice("sha256:".length, 19)}`;
    const image = {
      repository,
      digest: parseOrThrow(digest, build(model, tag, attestation), "the builder's digest"),
    };
    const published: Release = {
      ...release,
      published: true,
      image,
      bills,
      scan: scan(repository, image.digest),
      approvals: approvals(image.digest),
    };
    replace(join(folder, "manifest.json"), `${JSON.stringify(published, null, 2)}\n`);
    attest(folder, signers);
    return `${repository}@${image.digest}`;
  } catch (error) {
    files.forEach((file, i) => replace(file, before[i] ?? ""));
    throw error;
  } finally {
    process.off("SIGINT", onSignal);
  }
}

/**
 * Digests of the bills of materials. Throws InputError where one is not of the locks as they are:
 * the manifest would name another image's parts.
 */
function currentBills(): Release["bills"] {
  const stale = staleBills(root);
  if (stale.length > 0)
    throw new InputError(
      "bills of materials",
      stale.map((file) => ({
        key: file,
        got: "another than the locks give",
        allowed: "what npx causeway release sbom writes",
      })),
    );
  const of = (folder: string) =>
    digestOf(readFileSync(join(root, "services", folder, "sbom.cdx.json")));
  return { server: of("model-server"), training: of("training") };
}

/** Two facts: which image holds the release from now on, and what was signed for it. */
async function recordPublication(
  { record, actor }: Pick<OpenLedger, "record"> & { readonly actor: string },
  release: Release,
  attestation: string,
  signers: readonly string[],
): Promise<void> {
  await record(publicationOf(release, actor, signers));
  await record(
    attestingOf(release, actor, { attestation: digestOf(readFileSync(attestation)), signers }),
  );
}

/** What a publication elsewhere means for what serves the model from its registry so far. */
export function leaving({ published, image }: Release, repository: string): string | undefined {
  return published && image.repository !== repository
    ? `LEAVES ${image.repository}: a manifest names one image. What serves ${image.digest} from there goes on; its next update is refused until the new image is in that registry too`
    : undefined;
}

async function publishModel(
  model: string,
  given: GivenDestination,
  terminal: Terminal,
): Promise<void> {
  const { repository, key, ledger: where } = destinationOf(model, given);
  const signers = key === undefined ? [] : [signerAt(key)];
  if (signers.length === 0)
    terminal.print("UNSIGNED: prod takes no release that no trusted key signed; give --key");
  if (where === undefined) terminal.print(`NOT ON RECORD: give --ledger, ${ledgerHelp}`);
  // Opened first: a ledger that cannot be reached, or does not hold, is known before anything is
  // pushed.
  const ledger =
    where === undefined ? undefined : { ...(await ledgerAt(where)), actor: actorAt(where) };
  const entries = (await ledger?.entries()) ?? [];
  const warning = leaving(loadRelease(modelsFolder, model), repository);
  if (warning !== undefined) terminal.print(warning);
  terminal.print(`building and pushing ${model} to ${repository}`);
  const image = publish({
    modelsFolder,
    model,
    repository,
    signers,
    bills: currentBills(),
    build: buildWithDocker,
    scan: scanOfRegistry,
    approvals: (digest) => recordedApprovals(entries, { model, image: digest }, []).approvals,
  });
  const release = loadRelease(modelsFolder, model);
  const keyids = signers.map(({ keyid }) => keyid);
  if (ledger)
    await recordPublication(
      ledger,
      release,
      join(modelsFolder, model, "release", attestationFile),
      keyids,
    );
  terminal.result({ model, image, version: release.version, signers: keyids, scan: release.scan }, [
    `published ${image}; commit services/models/${model}/release/`,
  ]);
}

/** The help of `--stack`. */
export const stackHelp = "a stack whose outputs name what the other options do not";

/** The help of an option that names a repository of images. */
export const repositoryHelp = "URL of the repository of images, such as that of the stack outputs";

export const verb: CommandLine = {
  details:
    "Builds the image with the release in it, pushes it, waits for the scan of the registry, and writes the digest into the manifest, which it signs.",
  examples: [
    "loan-approval --stack prod",
    "loan-approval --repository 111111111111.dkr.ecr.eu-west-1.amazonaws.com/loan-approval --key awskms:///alias/release --ledger s3://my-audit-bucket/ledger",
  ],
  define: (command, terminal) =>
    command
      .argument("<model>", "a model of services/models")
      .option("--stack <name>", stackHelp)
      .option("--repository <url>", repositoryHelp)
      .option("--key <key>", keyHelp)
      .option("--ledger <ledger>", ledgerHelp)
      .option("--json", jsonHelp)
      .action((model, given) => publishModel(model, given, terminal)),
};
