import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { documents, serverContainer } from "../../../services/evidence/rollout";
import { namespaces } from "../../../infra/kubernetes/labels";
import { startServer, type ModelServer } from "../../../cli/rehearse/servers";
import { errorMessage } from "../lib/text";
import { ApiError } from "../lib/kubernetes/client";
import { Sidecar } from "./sidecar";
import type { JsonObject } from "../lib/json";
import type { KubernetesClient } from "../lib/kubernetes/client";
import { startOf, type Fault } from "./faults";
import type { Pod } from "./objects";
import { versionHashLabel } from "../../../infra/kubernetes/model-objects";

/** What an image reference stands for. */
export interface Image {
  /** Folder with the files of the release; the documents come from the pod's annotations. */
  readonly folder: string;
  readonly fault: Fault | undefined;
}

export interface KubeletOptions {
  readonly client: KubernetesClient;
  /** Folder for what the pods' containers hold. */
  readonly folder: string;
  /** The compiled server. */
  readonly program: string;
  readonly keyFile: string;
  readonly imageOf: (reference: string) => Image;
}

/** A pod of which the stand-in takes care. */
export interface RunningPod {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly fault: Fault | undefined;
  sidecar: Sidecar | undefined;
  /** Port of the server's counters. */
  metricsPort: number;
  ready: boolean;
  server: ModelServer | undefined;
  stopping: boolean;
  /** Whether its server has to end and start again. */
  restarting: boolean;
  /** Restarts so far. */
  restarts: number;
}

const node = "laptop";
/** Seconds between two starts of a container that ends at once, as a kubelet doubles them. */
const backOff = [10, 20, 40, 80, 160, 300] as const;
/** A start uses a whole core: what starts more at once starts nothing sooner. */
const startsAtOnce = 2;

/**
 * Stands in for scheduler, kubelet and container runtime: each pod's server is a process of its
 * own, and the pod is ready when the server says so.
 */
export class Kubelet {
  readonly #pods = new Map<string, RunningPod>();
  readonly #waiting: (() => void)[] = [];
  #starting = 0;

  constructor(private readonly options: KubeletOptions) {}

  /** Pods whose server has started at least once and is not being stopped. */
  get pods(): RunningPod[] {
    return [...this.#pods.values()].filter((pod) => !pod.stopping);
  }

  /** Takes in what the API server says: starts, stops and forgets. */
  sync(pods: readonly Pod[]): void {
    for (const pod of pods) {
      const known = this.#pods.get(pod.metadata.uid);
      if (known === undefined && pod.metadata.deletionTimestamp === undefined) this.#begin(pod);
      if (known !== undefined && pod.metadata.deletionTimestamp !== undefined && !known.stopping)
        void this.#end(pod, known);
    }
  }

  /** Pods of the version with this hash. */
  podsOf(hash: string): RunningPod[] {
    return this.pods.filter(({ labels }) => labels[versionHashLabel] === hash);
  }

  /**
   * Lets the next so many runs of the model fail in each pod of a version that fails on demand;
   * Infinity until it is asked again.
   */
  fail(hash: string, runs: number): void {
    for (const pod of this.podsOf(hash)) writeFileSync(this.#failuresOf(pod), String(runs));
  }

  /** Restarts the containers of a version, after the usual back-off. */
  restart(hash: string): void {
    for (const pod of this.podsOf(hash)) pod.restarting = true;
  }

  /** Ends every server. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#pods.values()].map(async (pod) => {
        pod.stopping = true;
        pod.sidecar?.close();
        await pod.server?.stop();
      }),
    );
  }

  #begin(pod: Pod): void {
    const { fault } = this.options.imageOf(imageIn(pod));
    const running: RunningPod = {
      name: pod.metadata.name,
      labels: pod.metadata.labels,
      fault,
      sidecar: undefined,
      metricsPort: 0,
      ready: false,
      server: undefined,
      stopping: false,
      restarting: false,
      restarts: 0,
    };
    this.#pods.set(pod.metadata.uid, running);
    void this.#life(pod, running).catch((error: unknown) => {
      // A pod that is deleted while it starts, or an API server that is gone at the end of the run,
      // is nobody's failure.
      if (
        !running.stopping &&
        !(error instanceof ApiError && (error.status === 404 || error.status === 409))
      )
        process.stderr.write(`  stand-in kubelet: ${pod.metadata.name}: ${errorMessage(error)}\n`);
    });
  }

  async #life(pod: Pod, running: RunningPod): Promise<void> {
    if (pod.spec.nodeName === undefined)
      await this.options.client.call("POST", `${podPath(pod)}/binding`, {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name: pod.metadata.name },
        target: { apiVersion: "v1", kind: "Node", name: node },
      });
    for (; !running.stopping; running.restarts += 1) {
      const message = await this.#start(pod, running).then(
        () => this.#serve(pod, running),
        errorMessage,
      );
      if (running.stopping) return;
      await this.#say(
        pod,
        false,
        { waiting: { reason: "CrashLoopBackOff", message: message.slice(0, 500) } },
        running.restarts,
      );
      await new Promise((resolve) =>
        setTimeout(resolve, (backOff[running.restarts] ?? 300) * 1_000).unref(),
      );
    }
  }

  /** Probes a server until it has to end; returns why it did. */
  async #serve(pod: Pod, running: RunningPod): Promise<string> {
    const startedAt = now();
    running.ready = false;
    while (!running.stopping && !running.restarting) {
      const ready = (await running.sidecar?.ready()) ?? false;
      if (ready !== running.ready)
        await this.#say(pod, ready, { running: { startedAt } }, running.restarts);
      running.ready = ready;
      await new Promise((resolve) => setTimeout(resolve, 1_000).unref());
    }
    if (running.restarting) {
      // Out of the endpoints first, so that no caller meets a server that is going.
      running.ready = false;
      await running.server?.stop();
      running.restarting = false;
    }
    return "the container ended";
  }

  async #start(pod: Pod, running: RunningPod): Promise<void> {
    await this.#turn();
    try {
      if (running.stopping) return;
      const { fault } = running;
      const folder = this.#unpack(pod);
      const server = await startServer({
        program: this.options.program,
        contractFile: join(folder, documents.contract.file),
        manifestFile: join(folder, documents.release.file),
        releaseFolder: join(folder, "release"),
        keyFile: this.options.keyFile,
        logFile: join(folder, "server.log"),
        ...startOf(fault, {
          faultyModel: join(dirname(this.options.program), "faulty-model.mjs"),
          failures: this.#failuresOf(running),
        }),
      });
      running.server = server;
      if (running.stopping) return void (await server.stop());
      const { ports } = server;
      // The proxy is a container of its own, which stays when the server restarts.
      running.sidecar?.serve(ports);
      running.sidecar ??= await new Sidecar({
        namespace: namespaces.models,
        service: pod.metadata.labels["app.kubernetes.io/name"] ?? "",
        ports,
        showsNaN: fault?.kind === "nan",
      }).open();
      // A fault in the metrics is done on the way to Prometheus.
      running.metricsPort = fault?.kind === "nan" ? running.sidecar.port : ports.metrics;
    } finally {
      this.#starting -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** File that says in how many more runs the model of a pod fails. */
  #failuresOf({ name }: Pick<RunningPod, "name">): string {
    return join(this.options.folder, name, "failures");
  }

  async #turn(): Promise<void> {
    if (this.#starting >= startsAtOnce)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#starting += 1;
  }

  /**
   * The container's files: the documents that the pod mounts, and in a folder of its own the release
   * of the image, for the server refuses a release beside whose files another lies.
   */
  #unpack(pod: Pod): string {
    const { metadata } = pod;
    const { folder: image, fault } = this.options.imageOf(imageIn(pod));
    const folder = join(this.options.folder, metadata.name);
    const release = join(folder, "release");
    mkdirSync(release, { recursive: true });
    cpSync(image, release, { recursive: true });
    writeFileSync(this.#failuresOf(metadata), "0");
    if (fault?.kind === "broken") rmSync(join(release, "model.onnx"), { force: true });
    for (const { annotation, file } of Object.values(documents))
      writeFileSync(join(folder, file), metadata.annotations[annotation] ?? "");
    return folder;
  }

  /** Asked to go: out of the endpoints at once, then the drain, then gone. */
  async #end(pod: Pod, running: RunningPod): Promise<void> {
    running.stopping = true;
    await running.server?.stop();
    running.sidecar?.close();
    await this.options.client
      .call("DELETE", podPath(pod), {
        apiVersion: "v1",
        kind: "DeleteOptions",
        gracePeriodSeconds: 0,
      })
      .catch(() => undefined);
    this.#pods.delete(pod.metadata.uid);
  }

  async #say(pod: Pod, ready: boolean, state: JsonObject, restartCount: number): Promise<void> {
    const status = ready ? "True" : "False";
    const image = imageIn(pod);
    const conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
      type,
      status: type === "PodScheduled" || type === "Initialized" ? "True" : status,
      lastTransitionTime: now(),
    }));
    await this.options.client.call(
      "PATCH",
      `${podPath(pod)}/status`,
      {
        status: {
          phase: "Running",
          podIP: "127.0.0.1",
          conditions,
          containerStatuses: [
            {
              name: serverContainer,
              image,
              imageID: image,
              ready,
              started: ready,
              restartCount,
              state,
            },
          ],
        },
      },
      "application/merge-patch+json",
    );
  }
}

function imageIn({ spec }: Pod): string {
  return spec.containers.find(({ name }) => name === serverContainer)?.image ?? "";
}

/** Whether a Service or a monitor with this selector means the pod. */
export function selects(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

function podPath({ metadata }: Pod): string {
  return `/api/v1/namespaces/${namespaces.models}/pods/${metadata.name}`;
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, "Z");
}
