import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { manifestFiles } from "./manifests";
import { planJson } from "./plan-json";
import type { StackPlan } from "./plan";

/** Text that is gathered before it is written. */
const chunkCharacters = 1_000_000;

/**
 * Writes `plan.json`, `manifests/` and `charts/` of a stack, in place of what an earlier plan left
 * there. One resource is in memory as text at a time.
 */
export function writeStack(out: string, plan: StackPlan): void {
  const folder = join(out, plan.stack);
  for (const part of ["manifests", "charts"])
    rmSync(join(folder, part), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeParts(join(folder, "plan.json"), jsonParts(planJson(plan)));
  const folders = new Set<string>();
  for (const { path, text } of manifestFiles(plan.resources)) {
    const parent = join(folder, dirname(path));
    if (!folders.has(parent)) mkdirSync(parent, { recursive: true });
    folders.add(parent);
    writeFileSync(join(folder, path), text);
  }
}

function writeParts(file: string, parts: Iterable<string>): void {
  const target = openSync(file, "w");
  try {
    let chunk = "";
    for (const part of parts) {
      chunk += part;
      if (chunk.length < chunkCharacters) continue;
      writeSync(target, chunk);
      chunk = "";
    }
    writeSync(target, chunk);
  } finally {
    closeSync(target);
  }
}

/** An object as `JSON.stringify` writes it with an indent of two, items of its lists one by one. */
export function* jsonParts(value: Readonly<Record<string, unknown>>): Generator<string> {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  yield "{";
  for (const [i, [key, item]] of entries.entries()) {
    yield `${i === 0 ? "" : ","}\n  ${JSON.stringify(key)}: `;
    if (!Array.isArray(item) || item.length === 0) yield indented(item, 1);
    else {
      yield "[";
      for (const [j, element] of item.entries())
        yield `${j === 0 ? "" : ","}\n    ${indented(element, 2)}`;
      yield "\n  ]";
    }
  }
  yield entries.length === 0 ? "}\n" : "\n}\n";
}

/**
 * A value as it stands inside of `depth` objects or lists. The lists around it make the indentation:
 * that is one pass over the text, and the plan of 200 models has a million lines.
 */
function indented(value: unknown, depth: 1 | 2): string {
  const item = value ?? null;
  return depth === 1
    ? JSON.stringify([item], null, 2).slice(4, -2)
    : JSON.stringify([[item]], null, 2).slice(10, -6);
}
