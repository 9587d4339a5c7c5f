import { InvokeResponse, type InvokeRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import * as resources from "@pulumi/pulumi/proto/resource_pb";
import { answerTo } from "./outputs/answers";
import { fill } from "./outputs/fill";
import { stackType, type RecordedOptions, type RecordedResource } from "./resource";
import {
  holdsUnknown,
  isProperties,
  shownProperties,
  toWire,
  type Properties,
  type WireObject,
} from "./wire";

/** Answers a registration, or refuses it. */
type Reply<T> = (error: unknown, response: T | undefined) => void;

/** Modules of AWS whose resources belong to no region. */
const globalModules = new Set([
  "iam",
  "route53",
  "cloudfront",
  "globalaccelerator",
  "organizations",
  "budgets",
]);

/**
 * A call that an offline plan cannot answer, a resource registered twice: the program is at fault,
 * and the recording ends.
 */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
}

/** Stands in for the engine: records what the program registers and answers as a cloud would. */
export class RecordingMonitor extends MockMonitor {
  readonly recorded = new Map<string, RecordedResource>();
  /** Inputs that take an output for which the table of outputs has no entry. */
  readonly gaps: string[] = [];
  /** Outputs of the stack, once it has registered them. */
  stackOutputs: Properties = {};

  /**
   * @param fail called with each error that must end the recording; the program gets no answer
   * then.
   */
  constructor(
    private readonly stack: string,
    private readonly project: string,
    private readonly account: string,
    private readonly fail: (error: unknown) => void,
  ) {
    super({ call: () => ({}), newResource: () => ({ id: undefined, state: {} }) });
  }

  override async registerResource(
    request: RegisterResourceRequest,
    reply: Reply<resources.RegisterResourceResponse>,
  ): Promise<void> {
    try {
      const { resource, state } = this.answer(request);
      const response = new resources.RegisterResourceResponse();
      response.setUrn(resource.urn);
      response.setId(resource.id ?? "");
      response.setObject(Struct.fromJavaScript(state));
      reply(null, response);
    } catch (error) {
      this.fail(error);
    }
  }

  override registerResourceOutputs(
    request: resources.RegisterResourceOutputsRequest,
    reply: Reply<object>,
  ): void {
    const resource = this.recorded.get(request.getUrn());
    const outputs = shownProperties(toWire(request.getOutputs()?.toJavaScript() ?? {}));
    if (resource?.type === stackType) this.stackOutputs = outputs;
    else if (resource)
      this.recorded.set(resource.urn, {
        ...resource,
        outputs: { ...resource.outputs, ...outputs },
      });
    reply(null, {});
  }

  override async invoke(request: InvokeRequest, reply: Reply<InvokeResponse>): Promise<void> {
    const answer = answerTo(request.getTok(), toWire(request.getArgs()?.toJavaScript() ?? {}));
    if (answer !== undefined)
      return reply(null, new InvokeResponse().setReturn(Struct.fromJavaScript(answer)));
    this.fail(
      new RecordingError(
        `the program called ${request.getTok()}, which needs a cloud: pass the value as configuration or compute it`,
      ),
    );
  }

  override async readResource(request: { getType(): string; getName(): string }): Promise<void> {
    this.fail(
      new RecordingError(
        `the program reads an existing ${request.getType()} (${request.getName()}), which needs a cloud: pass what is known of it as configuration`,
      ),
    );
  }

  /** Remote components run in a provider, so nothing could be seen of what they create. */
  call(request: { getTok(): string }): void {
    this.fail(
      new RecordingError(
        `the program called the method ${request.getTok()} of a remote component, which needs a cloud`,
      ),
    );
  }

  private answer(request: RegisterResourceRequest): {
    resource: RecordedResource;
    state: WireObject;
  } {
    const type = request.getType();
    const name = request.getName();
    const parent = request.getParent() || undefined;
    const urn = this.urn(parent, type, name);
    if (this.recorded.has(urn))
      throw new RecordingError(
        `two resources have the name ${name} and the type ${type} under one parent: ${urn}`,
      );
    if (request.getRemote())
      throw new RecordingError(
        `${type} (${name}) is a remote component: a plan cannot see what it creates`,
      );
    const raw = toWire(request.getObject()?.toJavaScript() ?? {});
    const inputs = shownProperties(raw);
    const options = optionsOf(request);
    const region = this.regionOf(type, inputs, parent, options.provider);
    const filled = request.getCustom()
      ? fill({ type, name, urn, inputs, region, account: this.account })
      : undefined;
    const state = { ...raw, ...toWire(filled?.outputs ?? {}) };
    const resource = {
      type,
      name,
      urn,
      parent,
      custom: request.getCustom(),
      id: filled?.id,
      region,
      inputs,
      outputs: { ...inputs, ...shownProperties(filled?.outputs ?? {}) },
      options,
    };
    this.recorded.set(urn, resource);
    this.gaps.push(...gapsOf(resource));
    return { resource, state };
  }

  /** The URN as the engine makes it, with the types of all ancestors but the stack. */
  private urn(parent: string | undefined, type: string, name: string): string {
    const ancestors = parent?.split("::")[2];
    const qualified =
      ancestors === undefined || ancestors === stackType ? type : `${ancestors}$${type}`;
    return `urn:pulumi:${this.stack}::${this.project}::${qualified}::${name}`;
  }

  private regionOf(
    type: string,
    inputs: Properties,
    parent: string | undefined,
    provider: string | undefined,
  ): string {
    const own = regionIn(inputs);
    if (own !== undefined) return own;
    for (
      let ancestor = parent === undefined ? undefined : this.recorded.get(parent);
      ancestor;
      ancestor = ancestor.parent === undefined ? undefined : this.recorded.get(ancestor.parent)
    ) {
      const region = regionIn(ancestor.inputs);
      if (region !== undefined) return region;
    }
    const [, module = ""] = type.split(/[:/]/);
    if (type.startsWith("aws:") && globalModules.has(module)) return "global";
    return (provider === undefined ? undefined : this.recorded.get(provider)?.region) ?? "global";
  }
}

/** A region is given by name, or as an object that has a name. */
function regionIn(inputs: Properties): string | undefined {
  const region = isProperties(inputs["region"]) ? inputs["region"]["name"] : inputs["region"];
  return typeof region === "string" && region !== "" ? region : undefined;
}

function optionsOf(request: RegisterResourceRequest): RecordedOptions {
  const propertyDependencies: Record<string, readonly string[]> = {};
  request
    .getPropertydependenciesMap()
    .forEach((urns: resources.RegisterResourceRequest.PropertyDependencies, key: string) => {
      if (urns.getUrnsList().length > 0) propertyDependencies[key] = urns.getUrnsList();
    });
  const timeouts = request.getCustomtimeouts();
  const provider = request.getProvider();
  return {
    // The reference of a provider is its URN and its id.
    ...(provider ? { provider: provider.slice(0, provider.lastIndexOf("::")) } : {}),
    dependencies: request.getDependenciesList(),
    propertyDependencies,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    aliases: aliasesOf(request),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplace(),
    ...(request.getDeletedwith() ? { deletedWith: request.getDeletedwith() } : {}),
    ...(timeouts?.getCreate() || timeouts?.getUpdate() || timeouts?.getDelete()
      ? {
          customTimeouts: {
            create: timeouts.getCreate(),
            update: timeouts.getUpdate(),
            delete: timeouts.getDelete(),
          },
        }
      : {}),
  };
}

function aliasesOf(request: RegisterResourceRequest): string[] {
  const specs = request
    .getAliasesList()
    .map((alias) => alias.getUrn() || alias.getSpec()?.getName() || "");
  return [...request.getAliasurnsList(), ...specs.filter((text) => text !== "")];
}

function gapsOf({ type, name, inputs }: RecordedResource): string[] {
  return Object.keys(inputs)
    .filter((key) => holdsUnknown(inputs[key]))
    .map((key) => `${type} (${name}): ${key} takes an output that is not known before the update`);
}
