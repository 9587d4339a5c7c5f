import type { ObjectStore } from "../../services/delivery/object-store";

/** A call of the store: what it was, and the key or the prefix. */
export type Call = readonly [operation: keyof ObjectStore, at: string];

/** An object store in memory, by `bucket/key`, that keeps its calls. */
export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, string>();
  readonly calls: Call[] = [];
  /** Paths that the store refuses to read and to write, as for want of a right. */
  denied: RegExp | undefined;

  keys(bucket: string, prefix: string) {
    this.#called("keys", `${bucket}/${prefix}`);
    return Promise.resolve(
      [...this.objects.keys()]
        .filter((path) => path.startsWith(`${bucket}/${prefix}`))
        .sort()
        .map((path) => path.slice(bucket.length + 1)),
    );
  }

  versions(bucket: string, prefix: string) {
    this.#called("versions", `${bucket}/${prefix}`);
    const versions = [...this.objects.keys()]
      .filter((path) => path.startsWith(`${bucket}/${prefix}`))
      .sort()
      .map((path) => ({ key: path.slice(bucket.length + 1), id: "null" }));
    return Promise.resolve(versions);
  }

  async get(bucket: string, key: string) {
    this.#allowed("get", `${bucket}/${key}`);
    const text = this.objects.get(`${bucket}/${key}`);
    return Promise.resolve(text === undefined ? undefined : Buffer.from(text));
  }

  async putNew(bucket: string, key: string, body: string | Uint8Array) {
    this.#allowed("putNew", `${bucket}/${key}`);
    if (this.objects.has(`${bucket}/${key}`)) return Promise.resolve(false);
    this.objects.set(`${bucket}/${key}`, Buffer.from(body).toString());
    return Promise.resolve(true);
  }

  #called(operation: Call[0], at: string): void {
    this.calls.push([operation, at]);
  }

  #allowed(operation: Call[0], at: string): void {
    this.#called(operation, at);
    if (this.denied?.test(at)) throw new Error(`AccessDenied: ${at}`);
  }
}
