import * as path from "node:path";
import { freePort } from "../cluster/controlPlane";
import { quickEnvironment, startDaemon } from "../lib/process";
import type { Daemon } from "../lib/process";

/** The real controller of Argo Rollouts; it reaches what is not loopback through a proxy. */
export class RolloutsController {
  #daemon: Daemon | undefined;
  #starts = 0;

  constructor(
    private readonly program: string,
    private readonly kubeconfig: string,
    private readonly folder: string,
    private readonly proxyPort: number,
  ) {}

  get logFile(): string {
    return path.join(this.folder, `rollouts-controller-${this.#starts}.log`);
  }

  async start(): Promise<void> {
    const [metricsPort, healthPort] = await Promise.all([freePort(), freePort()]);
    this.#starts += 1;
    this.#daemon = startDaemon(
      "rollouts-controller",
      this.program,
      [
        `--kubeconfig=${this.kubeconfig}`,
        `--metricsport=${metricsPort}`,
        `--healthzPort=${healthPort}`,
      ],
      this.logFile,
      {
        ...quickEnvironment(),
        HTTP_PROXY: `http://127.0.0.1:${this.proxyPort}`,
        NO_PROXY: "127.0.0.1",
      },
    );
  }

  /** Ends it at once, as a lost node would: its lease stays taken until it runs out. */
  async kill(): Promise<void> {
    await this.#daemon?.stop("SIGKILL");
  }
}
