import type { ResourceView } from "../../policies/rule";
import type { Properties } from "./wire";

/** Options that the program gave to a resource, as the engine receives them. */
export interface RecordedOptions {
  /** URN of the provider; absent where the default provider is used. */
  readonly provider?: string;
  /** URNs that the resource waits for: explicit `dependsOn` and values of others together. */
  readonly dependencies: readonly string[];
  /** Input to the URNs that its value comes from. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  /** URNs or names that the resource was known by before. */
  readonly aliases: readonly string[];
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  /** URN of a resource whose deletion deletes this one too. */
  readonly deletedWith?: string;
  readonly customTimeouts?: {
    readonly create: string;
    readonly update: string;
    readonly delete: string;
  };
}

/** One resource as the program registered it. Secrets read `[secret]`. */
export interface RecordedResource {
  /** Type token, e.g. `aws:s3/bucket:Bucket`. */
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** URN of the parent; that of the stack for a resource without one. */
  readonly parent: string | undefined;
  /** False for a component. */
  readonly custom: boolean;
  readonly id: string | undefined;
  /** The nearest `region` of the resource or its ancestors, else its provider's, else `global`. */
  readonly region: string;
  readonly inputs: Properties;
  /** Inputs and what a cloud would have filled in. */
  readonly outputs: Properties;
  readonly options: RecordedOptions;
}

/** The resource as policies see it. */
export function viewOf(resource: RecordedResource): ResourceView {
  const arn = resource.outputs["arn"];
  const identities = [resource.urn, resource.id, arn].filter((value) => typeof value === "string");
  return {
    type: resource.type,
    name: resource.name,
    props: resource.inputs,
    identities,
    references: resource.options.propertyDependencies,
    ...(resource.custom && { provider: providerName(resource) }),
  };
}

/** Name of the provider in a reference, which is its URN and its id; `default` without one. */
function providerName({ options: { provider = "" } }: RecordedResource): string {
  const [, , , name = "default"] = provider.split("::");
  return name;
}

/** Type of the resource that stands for the whole stack. */
export const stackType = "pulumi:pulumi:Stack";

/** Whether a resource is a provider, which configures others and creates nothing. */
export function isProvider(resource: RecordedResource): boolean {
  return resource.type.startsWith("pulumi:providers:");
}
