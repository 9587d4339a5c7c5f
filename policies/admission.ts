import { sha256 } from "../services/contract/digests";
import record from "./admission.json";

/** Digests of what the program makes of one admission policy. */
interface Recorded {
  readonly policy: string;
  readonly binding: string;
}

const known = new Map<string, Recorded>(Object.entries(record));

/** What the program makes of an admission policy; undefined for one that is not its own. */
export function recorded(name: string): Recorded | undefined {
  return known.get(name);
}

/** Digest of a value of JSON, whatever the order of its keys: 64 hexadecimal digits. */
export function digestOf(value: unknown): string {
  return sha256(JSON.stringify(value ?? null, inOrder));
}

/** A member of an object as it is, and an object with its keys in order. */
function inOrder(_key: string, value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value).sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)),
      )
    : value;
}
