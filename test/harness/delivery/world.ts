import { copyFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { compileServer } from "../../../cli/compile-server";
import { randomFrom } from "../../../cli/rehearse/random";
import { endChildrenWithUs } from "../../../cli/rehearse/children";
import { testCluster } from "../cluster/cluster";
import { errorMessage, say } from "../lib/text";
import { REPOSITORY } from "../project";
import { RolloutsController } from "./controller";
import { Kubelet, type Image } from "./kubelet";
import { Mesh } from "./mesh";
import { nameService } from "./names";
import {
  analysisRunSchema,
  destinationRuleSchema,
  podSchema,
  rolloutSchema,
  serviceSchema,
  virtualServiceSchema,
  type AnalysisRun,
  type Rollout,
} from "./objects";
import { apply, Platform, type ModelCopy } from "./platform";
import { Discovery, monitorsIn, Prometheus } from "./prometheus";
import type { Cluster } from "../cluster/cluster";
import type { ControlPlaneTools } from "../cluster/controlPlane";
import type { JsonObject } from "../lib/json";
import type { KubernetesClient } from "../lib/kubernetes/client";
import { versionHashLabel } from "../../../infra/kubernetes/model-objects";

export interface WorldOptions {
  readonly tools: ControlPlaneTools &
    Readonly<Record<"rollouts-controller" | "prometheus", string>>;
  readonly folder: string;
  readonly models: readonly ModelCopy[];
  /**
   * The model that a Prometheus of its own watches, so that it can be lost without the others
   * noticing.
   */
  readonly apart: string;
}

const POLL_MS = 1_000;
const STABLE_TIMEOUT_MS = 240_000;
/** The compiled server finds its packages from here. */
const WORK = path.join(REPOSITORY, "out", "delivery");

/**
 * What stands for a cluster: an API server, and in place of nodes and mesh the stand-ins that obey
 * it.
 */
export class World {
  readonly images = new Map<string, Image>();
  readonly random = randomFrom("delivery");
  readonly kubelet: Kubelet;
  readonly mesh: Mesh;
  readonly #rollouts = new Map<string, Rollout>();
  readonly #prometheus = new Map<string, Prometheus>();
  readonly #closers: (() => unknown)[] = [];
  #closed = false;

  private constructor(
    readonly options: WorldOptions,
    readonly cluster: Cluster,
    readonly client: KubernetesClient,
    readonly platform: Platform,
  ) {
    const imageOf = (reference: string): Image => {
      const image = this.images.get(reference.slice(reference.indexOf("@") + 1));
      if (image === undefined) throw new Error(`no image ${reference}`);
      return image;
    };
    this.kubelet = new Kubelet({
      client,
      folder: path.join(options.folder, "pods"),
      program: path.join(WORK, "server", "server.js"),
      keyFile: path.join(options.folder, "key"),
      imageOf,
    });
    this.mesh = new Mesh(this.kubelet, this.random);
    this.#closers.push(
      () => cluster.stop(),
      () => this.kubelet.close(),
    );
  }

  static async open(options: WorldOptions): Promise<World> {
    endChildrenWithUs();
    await mkdir(path.join(options.folder, "pods"), { recursive: true });
    const platform = await Platform.create(options.folder, options.models);
    await writeFile(path.join(options.folder, "key"), platform.key, { mode: 0o600 });
    compileFaultyServer();
    const cluster = await testCluster(options.tools, options.folder, ["replicaset-controller"]);
    return new World(options, cluster, await cluster.admin(), platform);
  }

  /**
   * Applies the program's objects and starts whoever acts on them. Resolves when the first version
   * of every model is stable.
   */
  async start(
    objects: readonly JsonObject[],
  ): Promise<{ readonly controller: RolloutsController; readonly apart: Prometheus }> {
    const { tools, folder, apart: model } = this.options;
    await apply(this.client, objects);
    void this.#follow();
    const discovery = await new Discovery(this.kubelet, monitorsIn(objects)).open();
    const isApart = (object: JsonObject): boolean =>
      JSON.stringify(object["metadata"]).includes(`"${model}"`);
    const main = await Prometheus.create(
      tools.prometheus,
      path.join(folder, "prometheus"),
      objects.filter((object) => !isApart(object)),
      discovery,
    );
    const apart = await Prometheus.create(
      tools.prometheus,
      path.join(folder, "prometheus-apart"),
      objects.filter(isApart),
      discovery,
    );
    for (const { name } of this.options.models)
      this.#prometheus.set(name, name === model ? apart : main);
    const names = await nameService((query) => (query.includes(model) ? apart : main).port);
    const controller = new RolloutsController(
      tools["rollouts-controller"],
      this.cluster.kubeconfig,
      folder,
      names.port,
    );
    this.#closers.push(
      () => discovery.close(),
      () => names.close(),
      () => main.kill(),
      () => apart.kill(),
      () => controller.kill(),
    );
    await Promise.all([main.start(), apart.start(), controller.start()]);
    await this.#until("the first version of every model is stable", STABLE_TIMEOUT_MS, () =>
      this.options.models.every(({ name }) => this.#rollouts.get(name)?.status.phase === "Healthy"),
    );
    return { controller, apart };
  }

  rollout(model: string): Rollout | undefined {
    return this.#rollouts.get(model);
  }

  /** The Prometheus that watches a model. */
  prometheus(model: string): Prometheus {
    const found = this.#prometheus.get(model);
    if (found === undefined) throw new Error(`nothing watches ${model}`);
    return found;
  }

  /** Judgements of one version. */
  async analysisRuns(hash: string): Promise<AnalysisRun[]> {
    const runs = (await this.client.list("argoproj.io/v1alpha1", "AnalysisRun")).map((object) =>
      analysisRunSchema.parse(object),
    );
    return runs.filter(({ metadata }) => metadata.labels[versionHashLabel] === hash);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const close of this.#closers.reverse()) await close();
  }

  /** Keeps the stand-ins at what the API server says. */
  async #follow(): Promise<void> {
    while (!this.#closed) {
      await this.#look().catch((error: unknown) => {
        if (!this.#closed) say(`  the API server could not be read: ${errorMessage(error)}`);
      });
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async #look(): Promise<void> {
    const list = (apiVersion: string, kind: string): Promise<JsonObject[]> =>
      this.client.list(apiVersion, kind, "?resourceVersion=0");
    const [pods, services, routes, rules, rollouts] = await Promise.all([
      list("v1", "Pod"),
      list("v1", "Service"),
      list("networking.istio.io/v1", "VirtualService"),
      list("networking.istio.io/v1", "DestinationRule"),
      list("argoproj.io/v1alpha1", "Rollout"),
    ]);
    const ours = services.filter(
      ({ spec }) => typeof spec === "object" && spec !== null && "selector" in spec,
    );
    this.kubelet.sync(pods.map((pod) => podSchema.parse(pod)));
    this.mesh.sync(
      routes.map((route) => virtualServiceSchema.parse(route)),
      ours.map((service) => serviceSchema.parse(service)),
      rules.map((rule) => destinationRuleSchema.parse(rule)),
    );
    for (const rollout of rollouts.map((object) => rolloutSchema.parse(object)))
      this.#rollouts.set(rollout.metadata.name, rollout);
  }

  async #until(what: string, timeoutMs: number, holds: () => boolean): Promise<void> {
    const until = Date.now() + timeoutMs;
    while (!holds()) {
      const invalid = [...this.#rollouts.values()].find(
        ({ status }) => status.message?.startsWith("InvalidSpec") ?? false,
      );
      if (invalid !== undefined)
        throw new Error(
          `the controller refuses ${invalid.metadata.name}: ${invalid.status.message ?? ""}`,
        );
      if (Date.now() > until)
        throw new Error(
          `${what}: not after ${timeoutMs / 1_000} s; ${[...this.#rollouts.values()].map(({ metadata, status }) => `${metadata.name} ${status.phase ?? "?"} ${status.message ?? ""}`).join(", ")}`,
        );
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

function compileFaultyServer(): void {
  compileServer(REPOSITORY, path.join(WORK, "server"));
  copyFileSync(
    path.join(__dirname, "faulty-model.mjs"),
    path.join(WORK, "server", "faulty-model.mjs"),
  );
}
