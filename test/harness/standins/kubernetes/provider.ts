// Stand-in for pulumi-resource-kubernetes, for the end-to-end tests only: it server-side-applies
// every object to a real API server with strict field validation. It differs from the official
// provider in this: it does not wait until workloads are ready, it records Helm releases instead of
// installing them, and it answers no invokes.
import {
  deepEqual,
  changedFields,
  hasUnknown,
  isJsonArray,
  isJsonObject,
  project,
  refreshedInputs,
  revealObject,
} from "../../lib/json";
import { ApiError, describe } from "../../lib/kubernetes/client";
import { keepLiveValues } from "../paths";
import { metadataOf, objectId, referenceOf, replacingFields } from "./objects";
import { RELEASE_TYPE, releaseId, releaseInputs, releaseMessage, releaseOutputs } from "./release";
import type { JsonObject } from "../../lib/json";
import type { KubernetesClient, ObjectReference } from "../../lib/kubernetes/client";
import type { EngineLog } from "./engine";

/**
 * Environment variable with the name under which this process applies objects, so that stacks on
 * one server can be told apart.
 */
export const FIELD_MANAGER_VARIABLE = "CAUSEWAY_E2E_FIELD_MANAGER";
const FIELD_MANAGER = process.env[FIELD_MANAGER_VARIABLE] ?? "causeway-e2e";

export interface Resource {
  readonly urn: string;
  readonly inputs: JsonObject;
}

export interface Difference {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
}

export interface State {
  readonly id: string;
  readonly outputs: JsonObject;
  readonly inputs: JsonObject;
}

function resourceType(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}

function isRelease(urn: string): boolean {
  return resourceType(urn) === RELEASE_TYPE;
}

/** `ServiceAccountPatch` and its like change part of an object that exists already. */
function isPatch(urn: string): boolean {
  return resourceType(urn).endsWith("Patch");
}

/** The life of one object, apart from the wire protocol. */
export class KubernetesProvider {
  private reachable: Promise<unknown> | undefined;

  constructor(
    private readonly client: () => Promise<KubernetesClient>,
    private readonly log: EngineLog,
  ) {}

  /**
   * Fails early and once when the server does not answer; gives an object without a name the name
   * of its resource.
   */
  async check(urn: string, name: string, inputs: JsonObject): Promise<JsonObject> {
    this.reachable ??= this.client().then((client) => client.call("GET", "/version"));
    await this.reachable;
    if (isRelease(urn)) return releaseInputs(inputs, name);
    const metadata = metadataOf(inputs);
    return metadata["name"] === undefined ? { ...inputs, metadata: { ...metadata, name } } : inputs;
  }

  diff(oldInputs: JsonObject, newInputs: JsonObject): Difference {
    const changed = changedFields(oldInputs, newInputs);
    return { changed, replaces: replacingFields(newInputs["kind"], changed) };
  }

  async create({ urn, inputs }: Resource, preview: boolean): Promise<State> {
    if (isRelease(urn)) {
      await this.log.info(releaseMessage(inputs), urn);
      return { id: preview ? "" : releaseId(inputs), outputs: releaseOutputs(inputs), inputs };
    }
    if (preview || hasUnknown(inputs)) return { id: "", outputs: inputs, inputs };
    const { client, reference } = await this.locate(inputs);
    const existing = await client.get(reference);
    if (existing !== undefined && !isOurs(existing) && !isPatch(urn)) {
      throw new ApiError(
        409,
        `${describe(reference)} already exists and was not created by this stack`,
      );
    }
    return this.apply(client, reference, inputs, revealObject(inputs));
  }

  async update(
    { urn, inputs }: Resource,
    ignored: readonly string[],
    preview: boolean,
  ): Promise<State> {
    if (isRelease(urn)) return { id: releaseId(inputs), outputs: releaseOutputs(inputs), inputs };
    if (preview) return { id: "", outputs: inputs, inputs };
    const { client, reference } = await this.locate(inputs);
    const live = await client.get(reference);
    const wanted = revealObject(inputs);
    return this.apply(
      client,
      reference,
      inputs,
      live === undefined ? wanted : keepLiveValues(wanted, live, ignored),
    );
  }

  /** What the server holds now; undefined when the object is gone. */
  async read(
    { urn, inputs }: Resource,
    id: string,
    outputs: JsonObject,
  ): Promise<State | undefined> {
    if (isRelease(urn)) return { id, outputs, inputs };
    const { client, reference } = await this.locate(inputs);
    const live = await client.get(reference);
    if (live === undefined) return undefined;
    const now = projectObject(inputs, live);
    const refreshed = refreshedInputs(inputs, outputs, now);
    return {
      id,
      outputs: now,
      inputs: deepEqual(outputs, now) || !isJsonObject(refreshed) ? inputs : refreshed,
    };
  }

  async delete({ urn, inputs }: Resource): Promise<void> {
    if (isRelease(urn)) return;
    const { client, reference } = await this.locate(inputs);
    await (isPatch(urn) ? this.release(client, reference) : client.delete(reference));
  }

  /** Gives up the fields that a patch holds; the object belongs to somebody else and stays. */
  private async release(client: KubernetesClient, reference: ObjectReference): Promise<void> {
    if ((await client.get(reference)) === undefined) return;
    const { apiVersion, kind, name, namespace } = reference;
    await client.apply(
      reference,
      { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } },
      { fieldManager: FIELD_MANAGER },
    );
  }

  private async locate(
    inputs: JsonObject,
  ): Promise<{ client: KubernetesClient; reference: ObjectReference }> {
    const client = await this.client();
    const { apiVersion, kind } = referenceOf(inputs, false);
    const { namespaced } = await client.resourceType(apiVersion, kind);
    return { client, reference: referenceOf(inputs, namespaced) };
  }

  private async apply(
    client: KubernetesClient,
    reference: ObjectReference,
    inputs: JsonObject,
    object: JsonObject,
  ): Promise<State> {
    const live = await client.apply(reference, object, {
      fieldManager: FIELD_MANAGER,
      force: isForced(object),
    });
    return { id: objectId(reference), outputs: projectObject(inputs, live), inputs };
  }
}

/** The official provider's annotation for objects whose fields other controllers also write. */
function isForced(object: JsonObject): boolean {
  const { annotations } = metadataOf(object);
  return isJsonObject(annotations) && annotations["pulumi.com/patchForce"] === "true";
}

function projectObject(inputs: JsonObject, live: JsonObject): JsonObject {
  const projected = project(inputs, live);
  return isJsonObject(projected) ? projected : {};
}

/**
 * An `up` that was interrupted may have created the object without the state knowing: it is taken
 * over, others are not.
 */
function isOurs(live: JsonObject): boolean {
  const { managedFields } = metadataOf(live);
  return (
    isJsonArray(managedFields) &&
    managedFields.some((entry) => isJsonObject(entry) && entry["manager"] === FIELD_MANAGER)
  );
}
