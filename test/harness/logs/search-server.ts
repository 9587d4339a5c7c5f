import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../cluster/controlPlane";
import { run, runOrThrow, startDaemon, type Daemon } from "../lib/process";
import { duration, say } from "../lib/text";
import { cachedFolder } from "../toolchain/cache";

const VERSION = "2.19.6";
/** The security manager that this version starts under is gone from Java 24 on. */
const java = { oldest: 11, newest: 23 };

interface Part {
  /** Folder below the server's. */
  readonly folder: string;
  /** Maven coordinates. */
  readonly artifacts: readonly string[];
  /** Class of the plugin. */
  readonly plugin?: string;
}

/** The server, and of its modules the two that it needs here: HTTP, and deleting by query. */
const parts: readonly Part[] = [
  {
    folder: "lib",
    artifacts: [
      `org.opensearch:opensearch:${VERSION}`,
      `org.opensearch:opensearch-plugin-classloader:${VERSION}`,
      "org.apache.logging.log4j:log4j-core:2.25.4",
    ],
  },
  {
    folder: "modules/transport-netty4",
    artifacts: [`org.opensearch.plugin:transport-netty4-client:${VERSION}`],
    plugin: "org.opensearch.transport.Netty4Plugin",
  },
  {
    folder: "modules/reindex",
    artifacts: [`org.opensearch.plugin:reindex-client:${VERSION}`],
    plugin: "org.opensearch.index.reindex.ReindexPlugin",
  },
];

/** Why the server cannot run here, or undefined where it can. */
export async function missingForSearch(): Promise<string | undefined> {
  const said = await run("java", ["-version"]).catch(() => undefined);
  const major = Number(/version "(\d+)/.exec(said?.stderr ?? "")?.[1] ?? 0);
  if (major < java.oldest || major > java.newest)
    return `it needs Java ${java.oldest} to ${java.newest}, ${major === 0 ? "there is none on PATH" : `on PATH is ${major}`}`;
  return (await run("mvn", ["-version"]).catch(() => undefined))?.code === 0
    ? undefined
    : "it needs Maven (mvn), there is none on PATH";
}

/** A project for Maven that is nothing but dependencies. */
export function mavenProject(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group = "", name = "", version = ""] = artifact.split(":");
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>causeway</groupId><artifactId>search-server</artifactId><version>1</version><packaging>pom</packaging><dependencies>${dependencies.join("")}</dependencies></project>\n`;
}

/** Finds OpenSearch, or gets it from Maven Central: the folder. */
export function ensureSearchServer(): Promise<string> {
  return cachedFolder(`opensearch-${VERSION}`, async (target) => {
    const started = Date.now();
    const libraries = new Set<string>();
    for (const { folder, artifacts, plugin } of parts) {
      say(`  opensearch: ${artifacts.join(", ")} from Maven Central`);
      const into = join(target, folder);
      mkdirSync(into, { recursive: true });
      const project = join(target, "pom.xml");
      writeFileSync(project, mavenProject(artifacts));
      await runOrThrow("mvn", [
        "--quiet",
        "--batch-mode",
        "--file",
        project,
        "dependency:copy-dependencies",
        `-DoutputDirectory=${into}`,
      ]);
      for (const file of readdirSync(into)) {
        // A class that the server has must not be in a module too.
        if (plugin !== undefined && libraries.has(file)) rmSync(join(into, file));
        if (plugin === undefined) libraries.add(file);
      }
      if (plugin !== undefined) describeModule(into, plugin);
    }
    say(`  opensearch: complete in ${duration(Date.now() - started)}`);
  });
}

function describeModule(folder: string, plugin: string): void {
  const name = folder.split("/").at(-1) ?? "";
  const properties = {
    name,
    description: name,
    version: VERSION,
    "opensearch.version": VERSION,
    "java.version": java.oldest,
    classname: plugin,
  };
  writeFileSync(
    join(folder, "plugin-descriptor.properties"),
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
  writeFileSync(
    join(folder, "plugin-security.policy"),
    'grant { permission java.net.SocketPermission "*", "accept,connect,listen,resolve"; };\n',
  );
}

/** One server on loopback, with its files in a folder of this run. */
export class SearchServer {
  private constructor(
    readonly url: string,
    readonly folder: string,
    private readonly daemon: Daemon,
  ) {}

  /**
   * Starts a server and waits until it answers. Throws Error, with where its log is, where it does
   * not within a minute.
   */
  static async start(home: string, folder: string): Promise<SearchServer> {
    const [http, transport] = [await freePort(), await freePort()];
    const config = join(folder, "config");
    mkdirSync(config, { recursive: true });
    writeFileSync(
      join(config, "opensearch.yml"),
      JSON.stringify(settings(folder, http, transport)),
    );
    writeFileSync(
      join(config, "log4j2.properties"),
      "appender.console.type = Console\nappender.console.name = console\nappender.console.layout.type = PatternLayout\nappender.console.layout.pattern = %d %p %c{1} [%node_name]%marker %m%n\nrootLogger.level = warn\nrootLogger.appenderRef.console.ref = console\n",
    );
    // Without the library for native calls it neither refuses to run as root, as in a container,
    // nor locks memory or filters system calls.
    const natives = [
      "-Djna.nosys=true",
      "-Djna.nounpack=true",
      "-Djna.boot.library.path=/nonexistent",
    ];
    const args = [
      "-Xms512m",
      "-Xmx512m",
      "-Djava.security.manager=allow",
      ...natives,
      `-Dopensearch.path.home=${home}`,
      `-Dopensearch.path.conf=${config}`,
      "-cp",
      join(home, "lib", "*"),
      "org.opensearch.bootstrap.OpenSearch",
    ];
    const daemon = startDaemon("opensearch", "java", args, join(folder, "opensearch.log"));
    const server = new SearchServer(`http://127.0.0.1:${http}`, folder, daemon);
    await server.#ready();
    return server;
  }

  /** Sends a request and gives the status and the answer. */
  async send(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly answer: unknown }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    return { status: response.status, answer: await response.json() };
  }

  /** The same where anything but success is an error. */
  async ask(method: string, path: string, body?: object): Promise<unknown> {
    const { status, answer } = await this.send(method, path, body);
    if (status >= 300)
      throw new Error(
        `${method} ${path}: status ${status}: ${JSON.stringify(answer).slice(0, 500)}`,
      );
    return answer;
  }

  /** Folder of the indices' files. */
  get data(): string {
    return join(this.folder, "data");
  }

  /** Ends the server; nothing of its files is needed after that. */
  stop(): Promise<void> {
    return this.daemon.stop("SIGKILL");
  }

  async #ready(): Promise<void> {
    for (
      const until = Date.now() + 60_000;
      Date.now() < until && this.daemon.isRunning();
      await new Promise((resolve) => setTimeout(resolve, 250))
    ) {
      if (
        await this.send("GET", "/_cluster/health?wait_for_status=yellow&timeout=5s").then(
          ({ status }) => status === 200,
          () => false,
        )
      )
        return;
    }
    throw new Error(`the search server does not answer; its log is ${this.daemon.logFile}`);
  }
}

/** Folder for snapshots, below that of the server. */
export const snapshotFolder = "snapshots";

function settings(folder: string, http: number, transport: number): Record<string, unknown> {
  return {
    "cluster.name": "causeway-logs",
    "node.name": "stand-in",
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    "http.port": http,
    "transport.port": transport,
    "path.data": join(folder, "data"),
    "path.logs": join(folder, "logs"),
    "path.repo": [join(folder, snapshotFolder)],
    // Filebeat looks for a version of Elasticsearch.
    "compatibility.override_main_response_version": true,
    // A disk that is nearly full is not what these tests are about.
    "cluster.routing.allocation.disk.threshold_enabled": false,
  };
}
