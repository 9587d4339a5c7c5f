export { actions, type Action, type Entry, type Fact } from "./entry";
export { appendEntry, LedgerError, readLedger, verifyLedger } from "./ledger";
export { fileStore, objectStore, storeAt, type LedgerStore } from "./store";
