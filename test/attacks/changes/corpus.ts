import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { resourcesOf } from "../../../cli/lint/manifests";
import { viewOf, type RecordedResource } from "../../../cli/plan/resource";
import type { ResourceView } from "../../../policies/rule";
import { gone, mutated } from "../../program/mutation";

/**
 * A change to the good prod stack, as the YAML files beside this one hold them. It adds resources,
 * changes one that is planned, or both.
 */
export interface Change {
  /** What somebody changed, in a few words; unique in its file. */
  readonly change: string;
  /** Rule that must fire; absent in good/, where none may. */
  readonly rule?: string;
  /** Part of a message that must be among the findings. */
  readonly says?: string;
  /** Resources as a program registers them. */
  readonly add?: readonly {
    readonly type: string;
    readonly name?: string;
    readonly props: Readonly<Record<string, unknown>>;
  }[];
  /** Kubernetes objects as a person writes them. */
  readonly manifests?: readonly unknown[];
  /** Planned resource: its name and the end of its type, e.g. `eu-west-1-cluster :Cluster`. */
  readonly target?: string;
  /** Whether the target is taken out of the plan. */
  readonly removed?: boolean;
  /** Values by path into its inputs, `/` between steps; a `/` inside a step is `%2F`. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly unset?: readonly string[];
  /** For a text at a path: what to find, and what to write there. */
  readonly replace?: Readonly<Record<string, readonly [found: string, written: string]>>;
  /** Items to append to the list at a path. */
  readonly append?: Readonly<Record<string, readonly unknown[]>>;
  /** Statements to append to the policy document, kept as JSON, at a path. */
  readonly statements?: Readonly<Record<string, readonly object[]>>;
}

/** The changes of every file of a folder whose name ends with .yaml, by file. */
export function corpus(folder: string): Map<string, readonly Change[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return new Map(
    files.map((file) => [file, load(readFileSync(join(folder, file), "utf8")) as Change[]]),
  );
}

/** The planned resources with a change applied, and those that it touched, as rules see them. */
export function applied(
  planned: readonly RecordedResource[],
  change: Change,
  viewed: (resource: RecordedResource) => ResourceView = viewOf,
): { readonly all: ResourceView[]; readonly touched: ResourceView[] } {
  const before = new Set(planned);
  const changed = edited(planned, change);
  const touched = [
    ...changed.filter((resource) => !before.has(resource)).map(viewed),
    ...(change.add ?? []).map(({ type, name = "added", props }) => ({
      type,
      name,
      props,
      // By which a resource of a program is told from an object of a file.
      provider: "eu-west-1",
    })),
    ...(change.manifests ?? []).flatMap((manifest) => resourcesOf(manifest)),
  ];
  if (touched.length === 0 && changed.length === planned.length)
    throw new Error(`${change.change}: changes nothing`);
  const all = [...changed.filter((resource) => before.has(resource)).map(viewed), ...touched];
  return { all, touched };
}

function edited(planned: readonly RecordedResource[], change: Change): RecordedResource[] {
  const { target } = change;
  if (target === undefined) return [...planned];
  const edits: (readonly [path: string | undefined, value: unknown])[] = [
    ...(change.removed === true ? [[undefined, undefined] as const] : []),
    ...Object.entries(change.set ?? {}),
    ...(change.unset ?? []).map((path) => [path, gone] as const),
    ...Object.entries(change.replace ?? {}).map(([path, [found, written]]) => {
      return [path, (text: string) => replaced(text, found, written)] as const;
    }),
    ...Object.entries(change.append ?? {}).map(([path, items]) => {
      return [path, (given: unknown[] = []) => [...given, ...items]] as const;
    }),
    ...Object.entries(change.statements ?? {}).map(([path, added]) => {
      return [path, (text: string) => withStatements(text, added)] as const;
    }),
  ];
  if (edits.length === 0) throw new Error(`${change.change}: does nothing to ${target}`);
  const changed = edits.reduce<RecordedResource[]>(
    (resources, [path, value]) =>
      mutated(resources, { rule: "", target, ...(path === undefined ? {} : { path }), value }),
    [...planned],
  );
  const before = new Set(planned);
  const written = [...Object.keys(change.set ?? {}), ...(change.unset ?? [])];
  return changed.map((resource) =>
    before.has(resource) ? resource : withoutSources(resource, written),
  );
}

/** A value that somebody wrote by hand comes from no other resource any more. */
function withoutSources(resource: RecordedResource, paths: readonly string[]): RecordedResource {
  const { options } = resource;
  const sources = Object.entries(options.propertyDependencies).filter(
    ([property]) => !paths.includes(property),
  );
  return {
    ...resource,
    options: { ...options, propertyDependencies: Object.fromEntries(sources) },
  };
}

function replaced(text: string, found: string, written: string): string {
  if (!text.includes(found)) throw new Error(`nothing reads ${found} in ${text}`);
  return text.replaceAll(found, written);
}

function withStatements(text: string, added: readonly object[]): string {
  const document = JSON.parse(text) as { Statement: object[] };
  return JSON.stringify({ ...document, Statement: [...document.Statement, ...added] });
}
