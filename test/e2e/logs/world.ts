import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eraserName, shipperName, streams } from "../../../infra/platform/elastic/objects";
import { keysFrom, pseudonym, pseudonyms } from "../../../services/model-server/identity/keys";
import { compileServer } from "../../../cli/compile-server";
import { SAMPLE } from "../../harness/delivery/platform";
import { ContainerLog, type Container, type Output } from "../../harness/logs/container-files";
import { Front } from "../../harness/logs/front";
import { linesOfLife } from "../../harness/logs/model-servers";
import { ensureSearchServer, SearchServer } from "../../harness/logs/search-server";
import { putTemplates } from "../../harness/logs/settings";
import { Shipper } from "../../harness/logs/shipper";
import { say } from "../../harness/lib/text";
import { REPOSITORY } from "../../harness/project";
import { ensureTool } from "../../harness/toolchain/ensure";
import { TOOLS } from "../../harness/toolchain/pins";

/** A line of the store. */
export interface Stored {
  readonly index: string;
  readonly line: {
    readonly message?: string;
    readonly stream?: string;
    readonly causeway?: Readonly<Record<string, unknown>>;
    readonly kubernetes: {
      readonly namespace: string;
      readonly container: string;
      readonly pod: { readonly name: string; readonly uid: string };
    };
  };
}

/** A line that a container wrote. */
export interface Written extends Container {
  readonly text: string;
  readonly output: Output;
}

const every = Object.values(streams).join(",");
const podOf = (pod: string, uid: string): Container => ({
  namespace: "causeway-models",
  pod,
  uid,
  container: "server",
});

/** Model servers, a node's files, the shipper, and the search server behind its front. */
export class World {
  readonly written: Written[] = [];
  #kept = false;
  /** The lines of a server under the first version of the key, and of the next under both. */
  readonly lives: { readonly first: readonly string[]; readonly second: readonly string[] };
  readonly logs: Readonly<
    Record<"first" | "second" | "old" | "training" | "sidecar" | "shipper", ContainerLog>
  >;

  private constructor(
    readonly folder: string,
    readonly search: SearchServer,
    readonly front: Front,
    readonly shipper: Shipper,
    readonly passwords: Readonly<Record<string, string>>,
    podLogs: string,
    lives: readonly [string[], string[]],
    readonly applicants: readonly string[],
    private readonly ring: readonly string[],
  ) {
    this.lives = { first: lives[0], second: lives[1] };
    const log = (container: Container) => new ContainerLog(podLogs, container);
    this.logs = {
      first: log(podOf("loan-approval-6d4f-x", "0a")),
      second: log(podOf("loan-approval-7c5d-y", "0b")),
      old: log(podOf("loan-approval-0000-z", "0c")),
      training: log({
        namespace: "causeway-training",
        pod: "loan-approval-train-1",
        uid: "0d",
        container: "main",
      }),
      sidecar: log({
        namespace: "causeway-models",
        pod: "loan-approval-6d4f-x",
        uid: "0a",
        container: "istio-proxy",
      }),
      shipper: log({
        namespace: "causeway-logs",
        pod: "log-shipper-1",
        uid: "0e",
        container: "filebeat",
      }),
    };
  }

  static async open(): Promise<World> {
    const [filebeat, home] = [await ensureTool(TOOLS.filebeat), await ensureSearchServer()];
    const folder = await mkdtemp(join(tmpdir(), "causeway-logs-"));
    const search = await SearchServer.start(home, join(folder, "search"));
    const passwords = Object.fromEntries(
      [shipperName, eraserName].map((account) => [account, randomBytes(12).toString("hex")]),
    );
    const front = await new Front({ url: search.url, folder, passwords }).open();
    const podLogs = join(folder, "pods");
    mkdirSync(podLogs);
    const shipper = new Shipper({
      filebeat,
      folder: join(folder, "shipper"),
      podLogs,
      url: front.url,
      authority: front.authority,
      password: passwords[shipperName] ?? "",
    });
    const applicants = Array.from(
      { length: 37 },
      (_, i) => `applicant-${i}-${randomBytes(3).toString("hex")}@example.com`,
    );
    const ring = ["k1", "k2"].map((version) => `${version} ${randomBytes(32).toString("hex")}`);
    compileServer(REPOSITORY, join(folder, "server"));
    const life = { program: join(folder, "server", "server.js"), folder, applicants };
    const lives: [string[], string[]] = [
      await linesOfLife({ ...life, name: "first", ring: ring.slice(0, 1), requests: 400 }),
      await linesOfLife({ ...life, name: "second", ring, requests: 300 }),
    ];
    writeFileSync(join(folder, "ring"), ring.map((line) => `${line}\n`).join(""), { mode: 0o600 });
    return new World(folder, search, front, shipper, passwords, podLogs, lives, applicants, ring);
  }

  /** File with both versions of the key. */
  get ringFile(): string {
    return join(this.folder, "ring");
  }

  /** Every name of an applicant, that of today first. */
  names(applicant: string): string[] {
    return pseudonyms(this.#keys, applicant);
  }

  /** The applicant's name of today. */
  name(applicant: string): string {
    return pseudonym(this.#keys, applicant);
  }

  write(
    log: ContainerLog,
    text: string,
    {
      output = "stdout",
      pieceBytes,
    }: { readonly output?: Output; readonly pieceBytes?: number } = {},
  ): void {
    log.write(text, { output, pieceBytes });
    // The shipper's own lines are not shipped.
    if (log !== this.logs.shipper) this.written.push({ ...log.container, text, output });
  }

  putTemplates(): Promise<void> {
    return putTemplates(this.search);
  }

  /** Every line of the streams, or of other indices. */
  async stored(indices: string = every): Promise<Stored[]> {
    await this.search.ask("POST", `/${indices}/_refresh?ignore_unavailable=true`);
    const { hits } = (await this.search.ask(
      "GET",
      `/${indices}/_search?size=10000&track_total_hits=true&ignore_unavailable=true`,
    )) as {
      hits: { total: { value: number }; hits: { _index: string; _source: Stored["line"] }[] };
    };
    assert.ok(
      hits.total.value <= 10_000,
      `${hits.total.value} lines are more than one search gives`,
    );
    return hits.hits.map(({ _index, _source }) => ({ index: _index, line: _source }));
  }

  async count(query: object = { match_all: {} }, indices: string = every): Promise<number> {
    await this.search.ask("POST", `/${indices}/_refresh?ignore_unavailable=true`);
    return (
      (await this.search.ask("POST", `/${indices}/_count?ignore_unavailable=true`, { query })) as {
        count: number;
      }
    ).count;
  }

  async close(): Promise<void> {
    await this.shipper.stop();
    this.front.close();
    await this.search.stop();
    if (this.#kept) say(`files of this run: ${this.folder}`);
    else await rm(this.folder, { recursive: true, force: true });
  }

  /** What failed can be looked into. */
  keep(error: unknown): never {
    this.#kept = true;
    throw error;
  }

  get #keys() {
    return keysFrom(Buffer.from(this.ring.join("\n")), SAMPLE);
  }
}
