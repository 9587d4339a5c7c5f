import { isJsonArray, isJsonObject, toJson } from "../json";
import { send, UnreachableError } from "../../../../services/delivery/connection";
import type { Json, JsonObject } from "../json";
import type { Connection, HttpAnswer, HttpRequest } from "../../../../services/delivery/connection";

/** The API server answered with an error of its own. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

interface ResourceType {
  readonly plural: string;
  readonly namespaced: boolean;
}

export interface Patience {
  /** How long one answer may take, in milliseconds. */
  readonly answerMs: number;
  /** How long a lost connection is tried again, in milliseconds. */
  readonly retryMs: number;
}

/** Whoever waits for a command wants to hear of an unreachable server soon. */
const PATIENCE: Patience = { answerMs: 10_000, retryMs: 5_000 };
const POLL_MS = 150;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function describe(reference: ObjectReference): string {
  return `${reference.kind} ${reference.namespace === undefined ? "" : `${reference.namespace}/`}${reference.name}`;
}

/** The few calls to the Kubernetes API that the stand-in provider and the tests make. */
export class KubernetesClient {
  private readonly discovered = new Map<string, Promise<ReadonlyMap<string, ResourceType>>>();

  constructor(
    readonly connection: Connection,
    private readonly patience = PATIENCE,
  ) {}

  /**
   * One call, parsed. Throws `ApiError` when the server refuses and `UnreachableError` when nobody
   * answers.
   */
  async call(
    method: HttpRequest["method"],
    path: string,
    body?: Json,
    contentType?: string,
  ): Promise<JsonObject> {
    const request = {
      method,
      path,
      contentType,
      body: body === undefined ? undefined : JSON.stringify(body),
    };
    const answer = await this.sendWithRetry(request);
    const json = parse(answer.text);
    if (answer.status >= 400)
      throw new ApiError(
        answer.status,
        typeof json["message"] === "string" ? json["message"] : `${answer.status} ${answer.text}`,
      );
    return json;
  }

  /**
   * Tries again while nobody answers, or while the server says that it is only just starting (429
   * or 503).
   */
  private async sendWithRetry(request: HttpRequest): Promise<HttpAnswer> {
    const until = Date.now() + this.patience.retryMs;
    for (;;) {
      const answer = await send(this.connection, request, this.patience.answerMs).catch(
        (error: unknown) => {
          if (!(error instanceof UnreachableError) || Date.now() > until) throw error;
          return undefined;
        },
      );
      if (answer !== undefined && (Date.now() > until || ![429, 503].includes(answer.status)))
        return answer;
      await pause(POLL_MS * 2);
    }
  }

  private resourcesOf(apiVersion: string): Promise<ReadonlyMap<string, ResourceType>> {
    const known = this.discovered.get(apiVersion);
    if (known !== undefined) return known;
    const prefix = apiVersion.includes("/") ? "/apis" : "/api";
    const found = this.call("GET", `${prefix}/${apiVersion}`).then((list) =>
      resourceTypes(list["resources"]),
    );
    this.discovered.set(apiVersion, found);
    found.catch(() => this.discovered.delete(apiVersion));
    return found;
  }

  /**
   * Whether objects of this kind live in a namespace. Throws when the server does not serve the
   * kind.
   */
  async resourceType(apiVersion: string, kind: string): Promise<ResourceType> {
    const types = await this.resourcesOf(apiVersion).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404)
        throw new ApiError(
          404,
          `the server does not serve ${apiVersion}: its custom resource definitions are not installed`,
        );
      throw error;
    });
    const type = types.get(kind);
    if (type === undefined)
      throw new ApiError(404, `the server serves ${apiVersion} but no kind ${kind}`);
    return type;
  }

  /** Path of a collection. */
  async collectionPath(apiVersion: string, kind: string, namespace?: string): Promise<string> {
    const { plural, namespaced } = await this.resourceType(apiVersion, kind);
    const prefix = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    return namespaced && namespace !== undefined
      ? `${prefix}/namespaces/${namespace}/${plural}`
      : `${prefix}/${plural}`;
  }

  async objectPath(reference: ObjectReference): Promise<string> {
    return `${await this.collectionPath(reference.apiVersion, reference.kind, reference.namespace)}/${encodeURIComponent(reference.name)}`;
  }

  /** The object, or undefined when it (or its whole kind) does not exist. */
  async get(reference: ObjectReference): Promise<JsonObject | undefined> {
    return this.objectPath(reference)
      .then((path) => this.call("GET", path))
      .catch(undefinedWhenMissing);
  }

  async list(apiVersion: string, kind: string, query = ""): Promise<JsonObject[]> {
    const { items } = await this.call(
      "GET",
      `${await this.collectionPath(apiVersion, kind)}${query}`,
    );
    return isJsonArray(items) ? items.filter(isJsonObject) : [];
  }

  /**
   * Server-side apply with strict field validation: a field that the schema does not know is an
   * error.
   */
  async apply(
    reference: ObjectReference,
    object: JsonObject,
    options: { readonly fieldManager: string; readonly force?: boolean },
  ): Promise<JsonObject> {
    const query = `?fieldManager=${options.fieldManager}&fieldValidation=Strict&force=${options.force ?? false}`;
    return this.call(
      "PATCH",
      `${await this.objectPath(reference)}${query}`,
      object,
      "application/apply-patch+yaml",
    );
  }

  /** Changes part of an object as another controller would. */
  async mergePatch(
    reference: ObjectReference,
    patch: JsonObject,
    fieldManager: string,
  ): Promise<JsonObject> {
    return this.call(
      "PATCH",
      `${await this.objectPath(reference)}?fieldManager=${fieldManager}`,
      patch,
      "application/merge-patch+json",
    );
  }

  /** Deletes an object and waits until it is gone. */
  async delete(reference: ObjectReference, timeoutMs = 60_000): Promise<void> {
    const path = await this.objectPath(reference).catch(undefinedWhenMissing);
    if (path === undefined) return;
    const answer = await this.call("DELETE", path, {
      kind: "DeleteOptions",
      apiVersion: "v1",
      propagationPolicy: "Background",
    }).catch(undefinedWhenMissing);
    // The server answers with the object itself when somebody must still finish with it, as with a
    // namespace.
    if (answer === undefined || answer["kind"] === "Status") return;
    const until = Date.now() + timeoutMs;
    while ((await this.call("GET", path).catch(undefinedWhenMissing)) !== undefined) {
      if (Date.now() > until)
        throw new Error(
          `${describe(reference)} is still there ${timeoutMs / 1000} s after its deletion`,
        );
      await pause(POLL_MS);
    }
  }
}

function undefinedWhenMissing(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 404) return undefined;
  throw error;
}

function parse(text: string): JsonObject {
  try {
    const json = toJson(JSON.parse(text));
    return isJsonObject(json) ? json : {};
  } catch {
    return { message: text.trim() };
  }
}

function resourceTypes(resources: Json | undefined): ReadonlyMap<string, ResourceType> {
  const list = isJsonArray(resources) ? resources.filter(isJsonObject) : [];
  return new Map(
    list.flatMap(({ name, kind, namespaced }): [string, ResourceType][] =>
      typeof name === "string" && typeof kind === "string" && !name.includes("/")
        ? [[kind, { plural: name, namespaced: namespaced === true }]]
        : [],
    ),
  );
}
