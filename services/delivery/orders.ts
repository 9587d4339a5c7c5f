import { randomUUID } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { readJson } from "../contract/json";
import { InputError, parseOrThrow } from "../contract/problems";
import { envelopeSchema, type Envelope } from "../evidence/attestation";
import { releaseSchema, type Release } from "../evidence/release";
import { objectName, withoutGap, type Entry } from "../evidence/ledger";
import {
  objectLocation,
  s3,
  writtenOnce,
  type ObjectLocation,
  type ObjectStore,
} from "./object-store";

/** How a promotion in one region may end; `refused` is one that touched nothing. */
export const outcomes = ["promoted", "rolled-back", "timed-out", "refused"] as const;

/** How a region took the release. */
export interface RegionResult {
  readonly region: string;
  readonly outcome: (typeof outcomes)[number];
  readonly seconds: number;
  readonly message: string;
}

/** A region whose own promoter takes the release, on an order. */
export interface AskedRegion {
  readonly name: string;
  /**
   * Resolves with the region's answer, which it has put on record itself, or with a time-out, which
   * nobody has.
   */
  ask(): Promise<RegionResult>;
}

/**
 * A region is asked to take a release. The newest order of a model in a region is the only one that
 * counts.
 */
export const orderSchema = z.strictObject({
  /**
   * Of this order alone: a promotion that is tried again is a new order, and wants a new answer.
   */
  id: z.uuid(),
  region: z.string().min(1),
  /** Workflow that made the release. */
  run: z.string().min(1),
  release: releaseSchema,
  /** What was attested of the release: a region verifies the signature by keys of its own. */
  attestation: envelopeSchema,
  /** After this time nobody waits for an answer any more, and the order is void. */
  until: z.iso.datetime(),
  /** Whether the answer was heard, or nobody wants it any more. */
  closed: z.boolean(),
});
export type Order = z.output<typeof orderSchema>;

/**
 * Where orders are kept, below a folder or `s3://bucket/prefix`: `<region>/<model>/<number>.json`.
 * An object is written once; what was put last has the highest number.
 */
export interface Orders {
  put(order: Order): Promise<void>;
  /** The newest order; undefined where there never was one. */
  get(region: string, model: string): Promise<Order | undefined>;
}

/** Opens the orders at a folder or `s3://bucket/prefix`. */
export function openOrders(location: string, objects?: ObjectStore): Orders {
  const remote = objectLocation(location);
  const store = remote === undefined ? files(location) : inBucket(remote, objects ?? s3());
  return {
    put: async (order) => {
      const folder = folderOf(order.region, order.release.model);
      for (;;) {
        const next = objectName((await count(store, folder)) + 1);
        if (await store.putNew(folder, next, `${JSON.stringify(order)}\n`)) return;
      }
    },
    get: async (region, model) => {
      const folder = folderOf(region, model);
      const last = await count(store, folder);
      if (last === 0) return undefined;
      const key = `${folder}/${objectName(last)}`;
      const order = parseOrThrow(
        orderSchema,
        readJson(await store.get(folder, objectName(last)), key),
        key,
      );
      // Whoever may write one region's orders must not reach another's by what they say.
      if (order.region !== region || order.release.model !== model)
        throw new InputError(key, [
          {
            key: "region, release.model",
            got: `${order.region}, ${order.release.model}`,
            allowed: `${region}, ${model}`,
          },
        ]);
      return order;
    },
  };
}

const folderOf = (region: string, model: string) => `${region}/${model}`;

/** How many orders a folder has; what is past a gap is none. */
async function count(store: Texts, folder: string): Promise<number> {
  const names = new Set(await store.names(folder));
  return withoutGap((name) => names.has(name));
}

interface Texts {
  names(folder: string): Promise<readonly string[]>;
  /** False where there is one of the name. */
  putNew(folder: string, name: string, content: string): Promise<boolean>;
  get(folder: string, name: string): Promise<string>;
}

function files(root: string): Texts {
  return {
    names: async (folder) =>
      existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [],
    putNew: async (folder, name, content) => {
      const file = join(root, folder, name);
      mkdirSync(dirname(file), { recursive: true });
      // Whole or not at all: somebody else may be reading it.
      const whole = `${file}.${randomUUID()}`;
      writeFileSync(whole, content);
      try {
        linkSync(whole, file);
        return true;
      } catch (error) {
        if (existsSync(file)) return false;
        throw error;
      } finally {
        rmSync(whole);
      }
    },
    get: async (folder, name) => readFileSync(join(root, folder, name), "utf8"),
  };
}

function inBucket({ bucket, prefix }: ObjectLocation, objects: ObjectStore): Texts {
  const below = (folder: string) => ({ bucket, prefix: `${prefix}/${folder}` });
  return {
    names: async (folder) => [...(await writtenOnce(objects, below(folder))).keys()],
    putNew: (folder, name, content) =>
      objects.putNew(bucket, `${prefix}/${folder}/${name}`, content),
    get: async (folder, name) => {
      const written = (await writtenOnce(objects, below(folder))).get(name);
      const key = `${prefix}/${folder}/${name}`;
      if (written === undefined || "times" in written)
        throw new Error(`s3://${bucket}/${key} was changed or deleted, and orders nothing`);
      const found = await objects.get(bucket, key, written.version);
      return Buffer.from(found ?? []).toString("utf8");
    },
  };
}

const answerSchema = z.object({
  order: z.string(),
  outcome: z.enum(outcomes),
  seconds: z.number(),
  message: z.string(),
});
export type Answer = z.output<typeof answerSchema>;

/** What a region said to an order, from the entries of the ledger; undefined until it did. */
export function answerTo(
  { id, region, release }: Pick<Order, "id" | "region" | "release">,
  entries: readonly Entry[],
): Answer | undefined {
  const own = entries.filter(
    ({ action, subject, details }) =>
      (action === "promote" || action === "roll-back") &&
      subject === release.model &&
      details["region"] === region &&
      details["digest"] === release.image.digest,
  );
  return own
    .flatMap(({ details }) => answerSchema.safeParse(details).data ?? [])
    .find(({ order }) => order === id);
}

/** How a region is asked to take a release. */
export interface Asking {
  readonly name: string;
  /** Workflow that made the release. */
  readonly run: string;
  readonly release: Release;
  readonly attestation: Envelope;
  readonly orders: Orders;
  /** Entries of the audit ledger as they stand at the call. */
  readonly entries: () => Promise<readonly Entry[]>;
  readonly timeoutSeconds: number;
  /** Seconds between two looks at the ledger. @default 30 */
  readonly pollSeconds?: number;
}

/**
 * A region that is asked: an order is put where the region's own promoter looks for it, and the
 * answer is awaited in the audit ledger. Neither side reaches the other's cluster. An order is
 * closed once it is answered or nobody waits any more, so that a promoter that comes too late does
 * nothing.
 */
export function askedRegion({
  name,
  run,
  release,
  attestation,
  orders,
  entries,
  timeoutSeconds,
  pollSeconds = 30,
}: Asking): AskedRegion {
  return {
    name,
    ask: async (): Promise<RegionResult> => {
      const started = Date.now();
      const order: Order = {
        id: randomUUID(),
        region: name,
        run,
        release,
        attestation,
        until: new Date(started + timeoutSeconds * 1_000).toISOString(),
        closed: false,
      };
      await orders.put(order);
      for (;;) {
        const answer = answerTo(order, await entries());
        const seconds = Math.round((Date.now() - started) / 1_000);
        if (answer !== undefined || seconds >= timeoutSeconds) {
          await orders.put({ ...order, closed: true });
          return {
            region: name,
            outcome: answer?.outcome ?? "timed-out",
            seconds,
            message: answer === undefined ? "no answer from the region's promoter" : answer.message,
          };
        }
        await sleep(pollSeconds * 1_000);
      }
    },
  };
}
