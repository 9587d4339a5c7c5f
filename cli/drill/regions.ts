import { readInput } from "../../services/contract/files";
import { readJson } from "../../services/contract/json";
import { jsonHelp, type CommandLine } from "../command";
import { VerbError } from "../exit-codes";

/** A model of which regions serve different versions. */
export interface Disparity {
  readonly model: string;
  /** Version or digest by region; undefined where none answers. */
  readonly byRegion: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether regions agree on what they serve; a region that cannot say what it serves agrees with
 * nobody.
 */
export function agree(byRegion: Readonly<Record<string, string | undefined>>): boolean {
  const versions = Object.values(byRegion);
  return versions.every((version) => version !== undefined && version === versions[0]);
}

/**
 * Models whose live digests differ between regions, from `pulumi stack output --json`. Throws
 * VerbError where the outputs name no model.
 */
export function disparities(outputs: unknown): Disparity[] {
  const models = object(object(outputs)?.["models"]);
  if (models === undefined)
    throw new VerbError(
      "outputs: got no models, allowed: what `pulumi stack output --json` prints",
      2,
    );
  const all = Object.entries(models).map(([model, regions]): Disparity => ({
    model,
    byRegion: Object.fromEntries(
      Object.entries(object(regions) ?? {}).map(([region, output]) => [region, liveDigest(output)]),
    ),
  }));
  return all.filter(({ byRegion }) => !agree(byRegion));
}

function liveDigest(output: unknown): string | undefined {
  const digest = object(object(output)?.["live"])?.["digest"];
  return typeof digest === "string" && digest.startsWith("sha256:") ? digest : undefined;
}

function object(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

/** The result in words. */
export function disparityLines(found: readonly Disparity[]): string[] {
  if (found.length === 0) return ["every model is served alike in all regions"];
  return found.map(({ model, byRegion }) => {
    const serves = Object.entries(byRegion).map(
      ([region, digest]) => `${region} serves ${digest ?? "what nobody knows"}`,
    );
    return `${model} differs: ${serves.join(", ")}. Do not drain a region before they agree.`;
  });
}

export const verb: CommandLine = {
  details: "Run it before a region is drained: a region that serves another version is no refuge.",
  examples: ["outputs.json", "- < outputs.json"],
  define: (command, terminal) =>
    command
      .argument("<outputs>", "a file with what `pulumi stack output --json` prints, or -")
      .option("--json", jsonHelp)
      .action((file) => {
        const text = file === "-" ? terminal.input() : readInput(file);
        const found = disparities(readJson(text, file));
        terminal.result({ agree: found.length === 0, disparities: found }, disparityLines(found));
        terminal.exitCode = found.length === 0 ? 0 : 1;
      }),
};
