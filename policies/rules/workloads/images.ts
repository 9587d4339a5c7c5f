/** An image reference in parts. */
export interface Image {
  /** Registry and path, without tag and digest. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Takes `registry/path:tag@sha256:...` apart; the colon of a registry's port is not a tag's. */
export function parseImage(reference: string): Image {
  const [named = "", digest] = reference.split("@", 2);
  const colon = named.lastIndexOf(":");
  const tagged = colon > named.lastIndexOf("/");
  return {
    repository: tagged ? named.slice(0, colon) : named,
    tag: tagged ? named.slice(colon + 1) : undefined,
    digest,
  };
}

/** Whether a text matches one of the patterns, in which `*` stands for any text without a slash. */
export function matchesOne(value: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    new RegExp(
      `^${pattern
        .split("*")
        .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
        .join("[^/]*")}$`,
    ).test(value),
  );
}

/**
 * The repository with the registry that a short name implies, e.g. `docker.io/library/nginx` for
 * `nginx`.
 */
export function fullRepository(repository: string): string {
  const [first = "", ...rest] = repository.split("/");
  if (rest.length === 0) return `docker.io/library/${repository}`;
  return /[.:]/.test(first) || first === "localhost" ? repository : `docker.io/${repository}`;
}
