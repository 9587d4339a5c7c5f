import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shipperName } from "../../../infra/platform/elastic/objects";
import { filebeatConfig } from "../../../infra/platform/elastic/shipper";
import { runOrThrow, startDaemon, type Daemon } from "../lib/process";

/** Where the program's configuration finds the containers' files on a node. */
const podLogs = "/var/log/pods";

export interface ShipperPlace {
  /** Stands in the place of `/var/log/pods`. */
  readonly podLogs: string;
  /** Address of the log store. */
  readonly url: string;
  /** Certificate of the authority that the log store is signed by. */
  readonly authority: string;
}

/**
 * The program's configuration with all that a laptop needs changed: the folder of the files; and
 * what the operator adds in a cluster, address and authority.
 */
export function laptopConfig(
  config: ReturnType<typeof filebeatConfig>,
  { podLogs: folder, url, authority }: ShipperPlace,
): Record<string, unknown> {
  const moved: ReturnType<typeof filebeatConfig> = JSON.parse(
    JSON.stringify(config).replaceAll(podLogs, folder),
  );
  return {
    ...moved,
    "output.elasticsearch": {
      ...moved["output.elasticsearch"],
      hosts: [url],
      "ssl.certificate_authorities": [authority],
    },
  };
}

export interface ShipperOptions extends ShipperPlace {
  /** The command that starts Filebeat. */
  readonly filebeat: string;
  /** Folder of this run. */
  readonly folder: string;
  readonly password: string;
}

/**
 * The real Filebeat with the program's configuration, started and ended like the container of a
 * pod.
 */
export class Shipper {
  readonly #arguments: readonly string[];
  readonly #environment: NodeJS.ProcessEnv;
  #daemon: Daemon | undefined;

  constructor(private readonly options: ShipperOptions) {
    const file = join(options.folder, "filebeat.yml");
    mkdirSync(options.folder, { recursive: true });
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(laptopConfig(filebeatConfig(), options)), { mode: 0o600 });
    this.#arguments = ["-c", file, "--path.home", options.folder, "--path.data", this.#data];
    this.#environment = { ...process.env, NODE_NAME: "laptop", SHIPPER_PASSWORD: options.password };
  }

  /**
   * Asks Filebeat whether it takes the configuration, and the log store whether it takes the
   * account. Throws with what Filebeat says.
   */
  async check(): Promise<void> {
    for (const what of ["config", "output"])
      await runOrThrow(this.options.filebeat, ["test", what, ...this.#arguments], {
        env: this.#environment,
        timeoutMs: 60_000,
      });
  }

  start(): void {
    this.#daemon = startDaemon(
      shipperName,
      this.options.filebeat,
      ["run", ...this.#arguments],
      join(this.options.folder, "filebeat.log"),
      this.#environment,
    );
  }

  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    await this.#daemon?.stop(signal);
  }

  /** What the shipper knows of the files that it has read: gone, as with the node's disk. */
  forget(): void {
    rmSync(this.#data, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.options.folder, "data");
  }
}
