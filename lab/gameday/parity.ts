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
 * TypeError where the outputs name no model.
 */
export function disparities(outputs: unknown): Disparity[] {
  const models = object(object(outputs)?.["models"]);
  if (models === undefined)
    throw new TypeError(
      "outputs: got no models, allowed: what `pulumi stack output --json` prints",
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
