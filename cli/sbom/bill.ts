/** One part of an image, as CycloneDX 1.6 has it (cyclonedx.org/docs/1.6/json). */
export interface Component {
  readonly type: "library" | "container" | "application";
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly "bom-ref"?: string;
  readonly hashes?: readonly { readonly alg: "SHA-256" | "SHA-512"; readonly content: string }[];
  readonly licenses?: readonly (
    { readonly license: { readonly id: string } } | { readonly expression: string }
  )[];
}

/**
 * A bill of materials without time and serial number, so that the same locks give the same bytes. A
 * package that lies in two places is one component.
 */
export function billOf(image: string, version: string, components: readonly Component[]): string {
  const different = [
    ...new Map(
      components.map((component) => [`${component.name} ${component.version}`, component]),
    ).values(),
  ];
  const sorted = different.sort((a, b) =>
    `${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1,
  );
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "application", name: image, version } },
    components: sorted,
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

/**
 * A base image, such as `node:22-bookworm-slim@sha256:...`; without a digest until it is pinned.
 */
export function baseImage(reference: string): Component {
  const [tagged = "", digest] = reference.split("@sha256:");
  const colon = tagged.lastIndexOf(":");
  return {
    type: "container",
    name: tagged.slice(0, colon),
    version: tagged.slice(colon + 1),
    ...(digest !== undefined && { hashes: [{ alg: "SHA-256", content: digest }] }),
  };
}
