import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseOrThrow } from "../../services/contract/problems";

const repository = z
  .string({ error: "the https URL of the repository" })
  .regex(/^(git\+)?https:\/\/[^/\s]+\/\S+$/, "the https URL of the repository");
const packageSchema = z.object({ repository: z.object({ url: repository }) });

/**
 * Address of the folder of the runbooks in the repository that `package.json` below `root` names: a
 * fork edits it once, for all its stacks. Throws InputError where it names none.
 */
export function repositoryRunbooks(root: string): string {
  const file = join(root, "package.json");
  const { url } = parseOrThrow(
    packageSchema,
    JSON.parse(readFileSync(file, "utf8")),
    file,
  ).repository;
  return `${url.replace(/^git\+/, "").replace(/(\.git)?\/?$/, "")}/blob/main/docs/runbooks/`;
}
