export { actions, nextEntry, type Action, type Entry, type Fact } from "./entry";
export { appendEntry, LedgerError, readLedger, verifyLedger } from "./ledger";
export {
  followObjects,
  headFlaws,
  objectName,
  objectNumber,
  withoutGap,
  type Flaw,
  type Reading,
} from "./verify";
export { fileStore, objectStore, storeAt, type LedgerStore } from "./store";
