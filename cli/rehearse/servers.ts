import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ChildProcess } from "node:child_process";
import { z } from "zod";
import { endChild, startChild } from "./children";
import { Loopback } from "./http";
import { parseScrape, type Scrape } from "./scrape";

const listening = z.object({
  msg: z.literal("listening"),
  http: z.number(),
  metrics: z.number(),
  startMilliseconds: z.number(),
});
const fatal = z.object({ level: z.literal("fatal"), msg: z.string() });
const startTimeoutMilliseconds = 30_000;
const drainTimeoutMilliseconds = 5_000;

export interface ServerOptions {
  /** The compiled server, as the image has it. */
  readonly program: string;
  readonly contractFile: string;
  readonly releaseFolder: string;
  /** The manifest that the server is given. @default the one in the folder */
  readonly manifestFile?: string;
  /** Secret that all servers share, so that a label may reach any of them. */
  readonly keyFile: string;
  readonly logFile: string;
  /** Arguments of Node besides the program. @default none */
  readonly nodeArguments?: readonly string[];
  /** Variables besides those that name files and ports. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A model server in a process of its own, on loopback. */
export interface ModelServer {
  readonly connection: Loopback;
  readonly ports: { readonly http: number; readonly metrics: number };
  readonly startMilliseconds: number;
  scrape(): Promise<Scrape>;
  /** Drains and ends the process. */
  stop(): Promise<void>;
}

/**
 * Starts a server and waits until it listens. Rejects with the server's own message when it refuses
 * its release.
 */
export async function startServer(options: ServerOptions): Promise<ModelServer> {
  const child = startChild(process.execPath, [...(options.nodeArguments ?? []), options.program], {
    stdio: ["ignore", "pipe", "inherit"],
    env: environmentOf(options),
  });
  try {
    const ports = await listeningPorts(child, options.logFile);
    const [connection, counters] = [new Loopback(ports.http), new Loopback(ports.metrics)];
    return {
      connection,
      ports: { http: ports.http, metrics: ports.metrics },
      startMilliseconds: ports.startMilliseconds,
      scrape: async () => parseScrape(await counters.get("/metrics")),
      async stop() {
        connection.close();
        counters.close();
        await endChild(child, drainTimeoutMilliseconds);
      },
    };
  } catch (error) {
    await endChild(child, 0);
    throw error;
  }
}

function environmentOf({
  contractFile,
  releaseFolder,
  manifestFile = join(releaseFolder, "manifest.json"),
  keyFile,
  variables,
}: ServerOptions): NodeJS.ProcessEnv {
  const own = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("CAUSEWAY_")),
  );
  return {
    ...own,
    NODE_ENV: "production",
    CAUSEWAY_CONTRACT_FILE: contractFile,
    CAUSEWAY_RELEASE_FOLDER: releaseFolder,
    CAUSEWAY_RELEASE_FILE: manifestFile,
    CAUSEWAY_KEY_FILE: keyFile,
    CAUSEWAY_HOST: "127.0.0.1",
    CAUSEWAY_HTTP_PORT: "0",
    CAUSEWAY_METRICS_PORT: "0",
    CAUSEWAY_DRAIN_SECONDS: "2",
    ...variables,
  };
}

/** Ports and start time, out of the server's log; the whole log goes to a file. */
function listeningPorts(child: ChildProcess, logFile: string): Promise<z.output<typeof listening>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () =>
        reject(
          new Error(
            `the model server did not listen within ${startTimeoutMilliseconds / 1_000} s; its log is ${logFile}`,
          ),
        ),
      startTimeoutMilliseconds,
    );
    timer.unref();
    child.once("error", reject);
    child.once("close", (code) =>
      reject(new Error(`the model server ended with ${code}; its log is ${logFile}`)),
    );
    if (!child.stdout) return reject(new Error("the model server has no output"));
    child.stdout.pipe(createWriteStream(logFile));
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
      const entry = jsonOf(line);
      const failed = fatal.safeParse(entry);
      if (failed.success) reject(new Error(failed.data.msg));
      const found = listening.safeParse(entry);
      if (!found.success) return;
      clearTimeout(timer);
      lines.close();
      // Closing the reader pauses the stream, and a server that cannot write its log would wait.
      child.stdout?.resume();
      resolve(found.data);
    });
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
