import { randomBytes } from "node:crypto";
import { cp, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import * as path from "node:path";
import { parseConfig } from "../../../infra/stack/load";
import { loadModels } from "../../../infra/stack/models";
import { refuseUpdate } from "../../../infra/stack/refusals";
import { keyFile } from "../../../infra/serving/keys";
import { secretLength } from "../../../infra/stack/subject-keys";
import { namespaces } from "../../../infra/kubernetes/labels";
import { record } from "../../../cli/plan/record";
import { attest } from "../../../cli/release/attestation";
import { projectName, readStackFile } from "../../../cli/plan/stack-file";
import { secretText } from "../../../cli/plan/wire";
import { isJsonObject, toJsonObject } from "../lib/json";
import { modelFolder } from "../fixtures";
import { copyProject, STACK } from "../project";
import type { JsonObject } from "../lib/json";
import type { KubernetesClient, ObjectReference } from "../lib/kubernetes/client";
import { digestOf } from "../../../services/contract/digests";

/** The sample that every model of the tests is a copy of, under a name of its own. */
export const SAMPLE = "loan-approval";
const FIELD_MANAGER = "pulumi-kubernetes";

/** Cluster-wide kinds that pods of the models need. */
const NEEDED = ["Namespace", "PriorityClass"];

/** A copy of the sample. */
export interface ModelCopy {
  readonly name: string;
  readonly strategy: "canary" | "ab" | "shadow";
  readonly callers?: Callers | undefined;
  /** @default that of the sample */
  readonly availability?: number | undefined;
}

/** Who asks a model. */
export interface Callers {
  /**
   * Predictions a second; as many labels follow.
   * @default 15
   */
  readonly predictionsPerSecond?: number;
  /**
   * Subjects that come again and again, some far more often than others.
   * @default each prediction is about somebody else
   */
  readonly subjects?: number;
  /**
   * Seconds until it is known that an answer was wrong.
   * @default one, as for right ones
   */
  readonly wrongAfterSeconds?: number;
  /**
   * Answers whose truth becomes known, where that of the others never does.
   * @default all
   */
  readonly labelled?: readonly string[];
}

/**
 * A copy of the project with one model for each scenario; its objects are those that the unchanged
 * program registers for the `local` stack.
 */
export class Platform {
  private constructor(
    readonly folder: string,
    readonly key: string,
  ) {}

  static async create(parent: string, models: readonly ModelCopy[]): Promise<Platform> {
    const folder = path.join(parent, "causeway");
    await copyProject(folder);
    const platform = new Platform(folder, `k1 ${randomBytes(secretLength / 2).toString("hex")}\n`);
    const file = path.join(folder, `Pulumi.${STACK}.yaml`);
    const [head = ""] = (await readFile(file, "utf8")).split(/^ {2}causeway:models:/m);
    await writeFile(
      file,
      `${head}  causeway:models:\n${models.map(({ name }) => `    - { name: ${name}, replicas: { min: 1, max: 3 } }\n`).join("")}`,
    );
    await Promise.all(models.map((model) => platform.#copyModel(model)));
    return platform;
  }

  get modelsFolder(): string {
    return path.join(this.folder, "services", "models");
  }

  releaseFolder(model: string): string {
    return path.join(this.modelsFolder, model, "release");
  }

  /** Folder that the image of a release holds: the release as it was when it was written. */
  imageFolder(model: string, version: string): string {
    return path.join(this.folder, "images", model, version);
  }

  /**
   * Writes the manifest of a release as the training steps would, with a digest of its own, keeps
   * it as its image has it, and returns that digest.
   */
  async release(model: string, version: string): Promise<string> {
    const file = path.join(this.releaseFolder(model), "manifest.json");
    const manifest = toJsonObject(JSON.parse(await readFile(file, "utf8")));
    const digest = digestOf(Buffer.from(`${model} ${version}`));
    const image = isJsonObject(manifest["image"]) ? manifest["image"] : {};
    await writeFile(
      file,
      JSON.stringify({ ...manifest, model, version, image: { ...image, digest } }),
    );
    attest(this.releaseFolder(model), []);
    await cp(this.releaseFolder(model), this.imageFolder(model, version), { recursive: true });
    return digest;
  }

  /**
   * The Kubernetes objects of the models and what they need, in the order in which the program
   * registers them.
   */
  async objects(): Promise<JsonObject[]> {
    const raw = readStackFile(path.join(this.folder, `Pulumi.${STACK}.yaml`));
    const program: unknown = createRequire(path.join(this.folder, "package.json"))("./infra/index");
    if (typeof program !== "function") throw new Error("infra/index.ts exports no program");
    const { resources } = await record(() => Reflect.apply(program, undefined, []), {
      project: projectName(this.folder),
      stack: STACK,
      config: raw.values,
      secretKeys: [...raw.secrets],
    });
    return resources
      .filter(
        ({ type, inputs }) => type.startsWith("kubernetes:") && inputs["apiVersion"] !== undefined,
      )
      .map(({ inputs }) => withKey(toJsonObject(inputs), this.key))
      .filter(
        (object) =>
          NEEDED.includes(String(object["kind"])) ||
          referenceOf(object).namespace === namespaces.models,
      );
  }

  /**
   * Throws what an update would throw before it changes anything: no version that failed is
   * released again.
   */
  refuseWhatFailed(): void {
    const file = path.join(this.folder, `Pulumi.${STACK}.yaml`);
    const config = parseConfig(readStackFile(file), STACK, file);
    refuseUpdate(config, loadModels(config, this.modelsFolder));
  }

  async #copyModel({ name, strategy, availability }: ModelCopy): Promise<void> {
    const target = path.join(this.modelsFolder, name);
    await cp(modelFolder, target, { recursive: true });
    await writeFile(
      path.join(target, "model.yaml"),
      (await readFile(path.join(modelFolder, "model.yaml"), "utf8"))
        .replace(`name: ${SAMPLE}`, `name: ${name}`)
        .replace(/availability: .*/, (own) =>
          availability === undefined ? own : `availability: ${availability}`,
        )
        .replace("strategy: canary", `strategy: ${strategy}\n  outcomeWindow: 10 seconds`),
    );
    const reference = JSON.stringify({
      ...toJsonObject(
        JSON.parse(await readFile(path.join(modelFolder, "release", "reference.json"), "utf8")),
      ),
      model: name,
    });
    const manifest = toJsonObject(
      JSON.parse(await readFile(path.join(modelFolder, "release", "manifest.json"), "utf8")),
    );
    const digests = isJsonObject(manifest["digests"]) ? manifest["digests"] : {};
    await writeFile(path.join(target, "release", "reference.json"), reference);
    await writeFile(
      path.join(target, "release", "manifest.json"),
      JSON.stringify({
        ...manifest,
        model: name,
        digests: { ...digests, reference: digestOf(Buffer.from(reference)) },
      }),
    );
    attest(path.join(target, "release"), []);
  }
}

/** The plan hides secrets; the program would have made this one at random. */
function withKey(object: JsonObject, key: string): JsonObject {
  const { stringData } = object;
  return isJsonObject(stringData) && stringData[keyFile.name] === secretText
    ? { ...object, stringData: { [keyFile.name]: key } }
    : object;
}

export function referenceOf({ apiVersion, kind, metadata }: JsonObject): ObjectReference {
  const { name, namespace } = isJsonObject(metadata) ? metadata : {};
  return {
    apiVersion: String(apiVersion),
    kind: String(kind),
    name: String(name),
    ...(typeof namespace === "string" && { namespace }),
  };
}

/**
 * Applies objects as the provider does, one after the other: what comes later may need what comes
 * before.
 */
export async function apply(
  client: KubernetesClient,
  objects: readonly JsonObject[],
): Promise<void> {
  for (const object of objects)
    await client.apply(referenceOf(object), object, { fieldManager: FIELD_MANAGER, force: true });
}

/** Objects that are new or differ, as an update would find them. */
export function changed(before: readonly JsonObject[], after: readonly JsonObject[]): JsonObject[] {
  const known = new Set(before.map((object) => JSON.stringify(object)));
  return after.filter((object) => !known.has(JSON.stringify(object)));
}
