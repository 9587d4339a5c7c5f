import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { streams } from "../../../infra/platform/elastic/objects";
import { subjectMessage } from "../../../services/contract/log-fields";
import { say } from "../../harness/lib/text";
import { eventually } from "../expectations";
import type { Stored, World, Written } from "./world";

/** What a crash, a library or a careless hand may write between the server's lines. */
const noise = [
  "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
  " 1: 0xb7a940 node::Abort() [node]",
  '{"level":"info","time":"2026-11-29T08:00',
  "42",
  '["a list"]',
  "Größe überschritten: 3 € — 語",
];

/** The object of a line of JSON, or undefined for one of text. */
export function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** The stream that a line belongs to. */
export function streamOf({ namespace, container, text }: Written): string {
  if (namespace === "causeway-training") return streams.training;
  if (namespace !== "causeway-models" || container !== "server") return streams.platform;
  return objectIn(text)?.["msg"] === subjectMessage ? streams.subjects : streams.predictions;
}

const sorted = (object: object): object =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
const streamIn = (index: string) => index.replace(/^\.ds-(.*)-\d{6}$/, "$1");

function expected(line: Written): string {
  const { namespace, pod, uid, container, output, text } = line;
  const stream = streamOf(line);
  const object = stream === streams.platform ? undefined : objectIn(text);
  return JSON.stringify([
    stream,
    namespace,
    pod,
    uid,
    container,
    output,
    object ? sorted(object) : text,
  ]);
}

function found({ index, line: { kubernetes, stream, causeway, message } }: Stored): string {
  return JSON.stringify([
    streamIn(index),
    kubernetes.namespace,
    kubernetes.pod.name,
    kubernetes.pod.uid,
    kubernetes.container,
    stream,
    causeway ? sorted(causeway) : message,
  ]);
}

function counts(keys: readonly string[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const key of keys) all.set(key, (all.get(key) ?? 0) + 1);
  return all;
}

/**
 * Lines that are missing, and lines that are there too often, as they differ from what was written.
 */
export function differences(
  written: readonly Written[],
  stored: readonly Stored[],
): { readonly lost: string[]; readonly more: string[] } {
  const [wanted, got] = [counts(written.map(expected)), counts(stored.map(found))];
  const surplus = (of: Map<string, number>, over: Map<string, number>) =>
    [...of].flatMap(([key, count]) =>
      Array.from({ length: Math.max(0, count - (over.get(key) ?? 0)) }, () => key),
    );
  return { lost: surplus(wanted, got), more: surplus(got, wanted) };
}

/**
 * Whether as many lines are there as were written. An index that has just begun refuses to be
 * searched until its shard has.
 */
function arrived(world: World): Promise<boolean> {
  return world.count().then(
    (count) => count >= world.written.length,
    () => false,
  );
}

/**
 * Waits until as many lines are there as were written, and a moment for those that should not come;
 * then each is there once, whole and in its stream.
 */
export async function everyLineOnce(world: World): Promise<void> {
  await eventually(
    `the arrival of ${world.written.length} lines`,
    () => arrived(world),
    45_000,
  ).catch(() => undefined);
  await sleep(2_000);
  const { lost, more } = differences(world.written, await world.stored());
  assert.deepEqual(
    { lost: lost.length, more: more.length },
    { lost: 0, more: 0 },
    [
      `of ${world.written.length} lines ${lost.length} are missing, ${more.length} are too many`,
      ...lost.slice(0, 3),
      ...more.slice(0, 3),
    ].join("\n"),
  );
}

/** Tells how the lines that the shipper sent were taken since a moment. */
export function takenSince(world: World, before: ReadonlyMap<number, number>): string {
  return [...world.front.taken]
    .map(([status, count]) => `${count - (before.get(status) ?? 0)} with status ${status}`)
    .join(", ");
}

/** The lines of a life between two of its parts, some in pieces, with noise between them. */
function writeLife(world: World, life: "first" | "second", from: number, to: number): void {
  const lines = world.lives[life].slice(
    Math.floor(world.lives[life].length * from),
    Math.floor(world.lives[life].length * to),
  );
  lines.forEach((line, i) => {
    world.write(world.logs[life], line, i % 9 === 4 ? { pieceBytes: 150 } : {});
    if (i % 40 === 20)
      world.write(world.logs[life], noise[(i / 20) % noise.length] ?? "", { output: "stderr" });
  });
}

/** What is there before the shipper is. */
export async function before(world: World): Promise<void> {
  writeLife(world, "first", 0, 0.3);
  for (const text of noise) world.write(world.logs.first, text, { output: "stderr" });
  world.write(
    world.logs.training,
    JSON.stringify({ step: "train", fresh: true, seconds: 1.25, message: "trained", reason: "" }),
  );
  world.write(world.logs.training, "Traceback (most recent call last):");
  // The first line of a quiet container may be its last.
  world.write(
    world.logs.sidecar,
    `[2026-11-29T08:00:00.000Z] "POST /v2/models/loan-approval/predict HTTP/1.1" 200`,
  );
  world.write(world.logs.sidecar, `error ${"x".repeat(40_000)}`);
  world.write(world.logs.shipper, "a line about a line that could not be sent");
  await world.shipper.check();
  world.shipper.start();
  await everyLineOnce(world);
}

/** A file is full while the shipper reads. */
export async function whileItRuns(world: World): Promise<void> {
  writeLife(world, "first", 0.3, 0.45);
  world.logs.first.rotate();
  writeLife(world, "first", 0.45, 0.6);
  await everyLineOnce(world);
}

/**
 * The shipper is asked to go, as for an update of its pod, and a file is full before it is back.
 */
export async function asked(world: World): Promise<void> {
  writeLife(world, "first", 0.6, 0.7);
  await world.shipper.stop();
  writeLife(world, "first", 0.7, 0.8);
  world.logs.first.rotate();
  writeLife(world, "first", 0.8, 1);
  world.shipper.start();
  await everyLineOnce(world);
}

/** The shipper dies before it hears that its lines are stored. */
export async function killed(world: World): Promise<void> {
  const taken = new Map(world.front.taken);
  let dead: Promise<void> | undefined;
  world.front.beforeAnswer = () => (dead ??= world.shipper.stop("SIGKILL"));
  writeLife(world, "second", 0, 0.5);
  await eventually("the first lines of the second server", () => dead !== undefined);
  await dead;
  world.front.beforeAnswer = () => Promise.resolve();
  writeLife(world, "second", 0.5, 1);
  world.shipper.start();
  await everyLineOnce(world);
  const again = (world.front.taken.get(409) ?? 0) - (taken.get(409) ?? 0);
  assert.ok(again > 0, "the shipper sent nothing again");
  say(`        after SIGKILL the log store took ${takenSince(world, taken)}`);
}

/** A new shipper that knows nothing of what was sent reads all files of the node again. */
export async function forgotten(world: World): Promise<void> {
  const taken = new Map(world.front.taken);
  await world.shipper.stop();
  world.shipper.forget();
  world.shipper.start();
  await eventually(
    "the second reading of all files",
    () =>
      [...world.front.taken.values()].reduce((a, b) => a + b, 0) -
        [...taken.values()].reduce((a, b) => a + b, 0) >=
      world.written.length,
    60_000,
  );
  await everyLineOnce(world);
  say(
    `        a new shipper sent everything again: the log store took ${takenSince(world, taken)}`,
  );
}
