import { z } from "zod";
import { sha256 } from "../services/contract/digests";
import { canonicalJson } from "../services/evidence/ledger/canonical";
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
  const content: unknown = JSON.parse(JSON.stringify(value ?? null));
  return sha256(canonicalJson(z.json().parse(content)));
}
