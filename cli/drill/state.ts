import { z } from "zod";
import { parseOrThrow } from "../../services/contract/problems";

const resource = z.looseObject({
  urn: z.string().min(1),
  parent: z.string().optional(),
  provider: z.string().optional(),
  dependencies: z.array(z.string()).nullish(),
  delete: z.boolean().optional(),
});

const exported = z.looseObject({
  version: z.number(),
  deployment: z.looseObject({
    secrets_providers: z
      .looseObject({
        type: z.string(),
        state: z.looseObject({ url: z.string().optional() }).optional(),
      })
      .optional(),
    resources: z.array(resource).nullish(),
    pending_operations: z.array(z.unknown()).nullish(),
  }),
});

/** A state as `pulumi stack export` writes it. */
export type ExportedState = z.output<typeof exported>;

/** Reads an exported state. Throws InputError. */
export function readState(text: string, source: string): ExportedState {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  return parseOrThrow(exported, parsed, source);
}

/** Resources of a state; an empty stack has none. */
export function resourcesOf({ deployment }: ExportedState): readonly z.output<typeof resource>[] {
  return deployment.resources ?? [];
}

/**
 * Why a state cannot be relied on: it is empty, an update was cut off in the middle of it, or it
 * names resources that it does not hold.
 */
export function stateProblems(state: ExportedState): string[] {
  const resources = resourcesOf(state);
  const known = new Set(resources.map(({ urn }) => urn));
  const pending = state.deployment.pending_operations?.length ?? 0;
  const living = resources.filter((each) => each.delete !== true).map(({ urn }) => urn);
  const twice = [...new Set(living.filter((urn, i) => living.indexOf(urn) !== i))];
  const missing = resources.flatMap(({ urn, parent, provider, dependencies }) => {
    const named = [
      parent ?? "",
      provider === undefined ? "" : provider.slice(0, provider.lastIndexOf("::")),
      ...(dependencies ?? []),
    ].filter((each) => each !== "");
    return named
      .filter((each) => !known.has(each))
      .map((each) => `${urn} names ${each}, which the state does not hold`);
  });
  return [
    ...(resources.length === 0 ? ["it holds no resource"] : []),
    ...(pending > 0 ? [`${pending} operations were cut off: run pulumi refresh first`] : []),
    ...twice.map((urn) => `${urn} is there twice`),
    ...missing,
  ];
}

/**
 * What differs between a state and the same one after a restore. Ciphertexts differ by nature, so
 * they are not compared.
 */
export function stateDifferences(before: ExportedState, after: ExportedState): string[] {
  const [old, restored] = [before, after].map(
    (state) =>
      new Map(
        resourcesOf(state).map((each) => [
          `${each.urn}${each.delete === true ? " (to be deleted)" : ""}`,
          JSON.stringify(masked(each)),
        ]),
      ),
  );
  const keys = [...new Set([...(old?.keys() ?? []), ...(restored?.keys() ?? [])])];
  return keys.flatMap((key) => {
    const [one, other] = [old?.get(key), restored?.get(key)];
    if (one === other) return [];
    return [
      one === undefined
        ? `${key} came out of nowhere`
        : other === undefined
          ? `${key} is lost`
          : `${key} is another`,
    ];
  });
}

/** A value with every key sorted and every ciphertext replaced. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, key === "ciphertext" ? "..." : masked(inner)]),
  );
}
