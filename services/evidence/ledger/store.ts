import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Entry } from "./entry";
import { objectName, type StoredLine } from "./verify";

/**
 * Where entries are kept. A store only reads all and adds one; nothing in it changes or removes.
 */
export interface LedgerStore {
  /** File or folder, for messages and for the lock beside it. */
  readonly path: string;
  /** Every stored entry, in order. */
  read(): StoredLine[];
  /** Adds an entry durably: once it returns, a crash does not take it back. */
  add(entry: Entry): void;
}

/** One file of JSON lines. */
export function fileStore(path: string): LedgerStore {
  return {
    path,
    read: () => (existsSync(path) ? lines(readFileSync(path, "utf8")) : []),
    add: (entry) => {
      mkdirSync(dirname(path), { recursive: true });
      durably(path, "a", `${JSON.stringify(entry)}\n`);
    },
  };
}

/**
 * One object for each entry, as object storage with Object Lock wants it: objects are never
 * changed, so a ledger of one object could not grow. The folder is a copy of the bucket's `ledger/`
 * prefix.
 */
export function objectStore(path: string): LedgerStore {
  return {
    path,
    read: () =>
      existsSync(path)
        ? readdirSync(path)
            .filter((name) => name.endsWith(".json"))
            .sort()
            .map((name) => ({ place: name, text: readFileSync(join(path, name), "utf8") }))
        : [],
    add: (entry) => {
      mkdirSync(path, { recursive: true });
      durably(join(path, objectName(entry.sequence)), "wx", JSON.stringify(entry));
    },
  };
}

/** The store at a path: a file where it ends with `.jsonl`, else a folder of objects. */
export function storeAt(path: string): LedgerStore {
  return path.endsWith(".jsonl") ? fileStore(path) : objectStore(path);
}

/**
 * A text without its last line break, by lines: what follows the last line break is a line cut
 * short.
 */
function lines(text: string): StoredLine[] {
  const all = text.split("\n");
  if (all.at(-1) === "") all.pop();
  return all.map((line, i) => ({ place: `line ${i + 1}`, text: line }));
}

function durably(path: string, flag: "a" | "wx", text: string): void {
  const file = openSync(path, flag, 0o644);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Takes the lock file beside a store and returns its path. Throws an error of code EEXIST where
 * another program has it.
 */
export function lockFile(path: string): string {
  const lock = `${path}.lock`;
  mkdirSync(dirname(lock), { recursive: true });
  writeFileSync(lock, String(process.pid), { flag: "wx" });
  return lock;
}
