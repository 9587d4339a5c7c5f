import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { openLedger as open, type OpenLedger } from "../../services/delivery/ledger-location";
import type { ObjectStore } from "../../services/delivery/object-store";

const copies: string[] = [];
afterAll(() => copies.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Opens a ledger in a bucket, whose copy is removed after the tests of the file. */
export async function openBucketLedger(
  location: string,
  objects?: ObjectStore,
): Promise<OpenLedger> {
  const ledger = await open(location, objects);
  copies.push(dirname(ledger.path));
  return ledger;
}
