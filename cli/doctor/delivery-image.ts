import { containers } from "../../policies/pods";
import { podSpecs } from "../../policies/pod-shapes";
import { list, text } from "../../policies/resources";
import { imageDigest } from "../../services/contract/digests";
import { InputError } from "../../services/contract/problems";
import { imageEvidence, recordPath, type ImageRecord } from "../../services/evidence/images";
import { viewOf, type RecordedResource } from "../plan/resource";
import { repository } from "../project";
import { findingsOf, type Finding } from "./finding";
import type { PlannedStack } from "./planned";
import { firstLine, runProgram } from "./programs";

const { ok, problem, unknown } = findingsOf("registry");
const name = "delivery";
const subject = `image ${name}`;

/**
 * Whether the image of the promoter, the resumer and the recorders has every program that the stack
 * starts from it. An image that was published before a program existed lets a release wait at its
 * gate for ever, or the ledger without a checkpoint. The commit in the image's record says which
 * programs it was built with.
 */
export async function deliveryImageFindings(
  project: string,
  stack: string,
  { config, resources }: Pick<PlannedStack, "config" | "resources">,
): Promise<Finding[]> {
  const image = config?.images?.[name];
  if (image === undefined) return [];
  const next = `npx causeway release publish-image ${name} --stack ${stack}, and set causeway:images.${name} to it`;
  const record = recordOf(project, image);
  if (record === undefined)
    return [unknown(subject, `${recordPath(name)} does not say what ${image} was built of`, next)];
  const { revision } = record;
  // `./` is this folder's, also where the project is in a part of a larger repository.
  const built = await runProgram(
    "git",
    ["show", `${revision}:./services/delivery/build.mjs`],
    repository,
  );
  if (built?.code !== 0)
    return [
      unknown(
        subject,
        `commit ${revision} cannot be looked at: ${built === undefined ? "git is not installed" : firstLine(built)}`,
        "fetch the whole history: git fetch --unshallow",
      ),
    ];
  const lacking = programsOf(resources, image).filter((one) => !built.out.includes(`"${one}"`));
  return [
    lacking.length === 0
      ? ok(subject, `has every program that the stack starts, as of ${revision.slice(0, 12)}`)
      : problem(
          subject,
          `was built of ${revision.slice(0, 12)}, before there was ${lacking.join(", ")}, which the stack starts`,
          next,
        ),
  ];
}

/** The record of this very image; undefined where there is none that can be read. */
function recordOf(project: string, image: string): ImageRecord | undefined {
  try {
    const { record } = imageEvidence(project, name, image, true);
    return record?.image.digest === imageDigest(image) ? record : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Programs that pods of the stack start from an image, by the names of their files in `/app`. */
function programsOf(resources: readonly RecordedResource[], image: string): string[] {
  const started = resources
    .flatMap((resource) => podSpecs(viewOf(resource)))
    .flatMap(containers)
    .filter(({ spec }) => text(spec, "image") === image)
    .flatMap(({ spec }) => list(spec, "command"))
    .flatMap((part) => /^\/app\/([\w-]+)\.js$/.exec(String(part))?.[1] ?? []);
  return [...new Set(started)].sort();
}
