import type {
  PolicyConfigSchema,
  PolicyResource,
  ResourceValidation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { frameworks } from "./frameworks";
import {
  appliesTo,
  kindOf,
  type Parameters,
  type ResourceRule,
  type ResourceView,
  type Rule,
  type StackRule,
} from "./rule";

type Policy = ResourceValidationPolicy | StackValidationPolicy;

/** Inputs of each resource by its URN, undefined where no policy of the pack has seen it. */
type Inputs = Map<string, ResourceView["props"]>;

/**
 * The rules as CrossGuard policies. The engine gives a stack policy the outputs of a resource but a
 * resource policy its inputs. The rules judge inputs: a component has no others, and the outputs of
 * an object in a cluster that is yet to be made are empty. So a policy of its own, the first,
 * remembers the inputs of every resource: no rule that an adopter disables takes them away.
 */
export function toPolicies(rules: readonly Rule[]): Policy[] {
  const inputs: Inputs = new Map();
  const policies = rules.map((rule) =>
    rule.kind === "resource" ? resourcePolicy(rule) : stackPolicy(rule, inputs),
  );
  return rules.some(({ kind }) => kind === "stack") ? [memory(inputs), ...policies] : policies;
}

/** Name of the policy that remembers inputs; no rule has it. */
export const memoryName = "remember-inputs";

function memory(inputs: Inputs): ResourceValidationPolicy {
  return {
    name: memoryName,
    description:
      "Remembers the inputs of each resource for the rules that judge a whole stack; finds nothing itself. Keep it enabled.",
    enforcementLevel: "mandatory",
    validateResource: ({ urn, props }) => {
      inputs.set(urn, props);
    },
  };
}

function resourcePolicy(rule: ResourceRule): ResourceValidationPolicy {
  const validate: ResourceValidation = (args, reportViolation) => {
    if (!appliesTo(rule, args.type)) return;
    for (const message of rule.check(resourceView(args), parametersOf(rule, args.getConfig())))
      reportViolation(message);
  };
  return { ...described(rule), validateResource: Object.assign(validate, onlyType(rule)) };
}

/**
 * The SDK unpacks a resource's properties for each policy, unless the policy's function says that
 * it wants one other type: the same mark that `validateResourceOfType` sets from a class. A kind of
 * Kubernetes has as many types as versions.
 */
function onlyType({ types: [type = "", ...others] }: ResourceRule): {
  readonly __pulumiType?: string;
} {
  return type === "" || type.endsWith("*") || others.length > 0 || kindOf(type) !== type
    ? {}
    : { __pulumiType: type };
}

function stackPolicy(rule: StackRule, inputs: Inputs): StackValidationPolicy {
  return {
    ...described(rule),
    validateStack: (args, reportViolation) => {
      if (inputs.size === 0 && args.resources.length > 0) {
        reportViolation(
          `nothing can be judged: the policy ${memoryName} is disabled; enable it in the configuration of the pack`,
        );
        return;
      }
      const urns = new Map<ResourceView, string>();
      for (const resource of args.resources)
        urns.set(stackView(resource, inputs.get(resource.urn)), resource.urn);
      for (const violation of rule.check([...urns.keys()], parametersOf(rule, args.getConfig())))
        reportViolation(violation.message, violation.resource && urns.get(violation.resource));
    },
  };
}

function resourceView(args: ResourceValidationArgs): ResourceView {
  return {
    type: args.type,
    name: args.name,
    props: args.props,
    identities: [args.urn],
    provider: args.provider?.name,
  };
}

function stackView(
  resource: PolicyResource,
  given: ResourceView["props"] | undefined,
): ResourceView {
  const references = Object.entries(resource.propertyDependencies).map(
    ([property, dependencies]) => [property, dependencies.map(({ urn }) => urn)],
  );
  return {
    type: resource.type,
    name: resource.name,
    props: given ?? resource.props,
    identities: [resource.urn],
    provider: resource.provider?.name,
    references: Object.fromEntries(references),
  };
}

/**
 * What a rule says of itself, in the fields that the SDK has: one framework with a clause, and all
 * of them as tags.
 */
function described(rule: Rule) {
  const [first] = rule.frameworks;
  return {
    name: rule.name,
    description: rule.description,
    enforcementLevel: rule.enforcement,
    severity: rule.severity,
    remediationSteps: rule.remediation,
    tags: [
      rule.area,
      ...rule.frameworks.map(({ framework, clause }) => `${frameworks[framework]}: ${clause}`),
    ],
    ...(rule.url === undefined ? {} : { url: rule.url }),
    ...(first === undefined
      ? {}
      : {
          framework: {
            name: frameworks[first.framework],
            version: "",
            reference: first.clause,
            specification: rule.description,
          },
        }),
    ...(Object.keys(rule.parameters).length === 0
      ? {}
      : { configSchema: configSchema(rule.parameters) }),
  };
}

/** The JSON Schema of a rule's parameters; the engine refuses a configuration that breaks it. */
export function configSchema(parameters: Parameters): PolicyConfigSchema {
  const schema = (value: Parameters[string]): PolicyConfigSchema["properties"][string] => {
    if (typeof value === "number") return { type: "number", default: value };
    if (typeof value === "string") return { type: "string", default: value };
    if (typeof value === "boolean") return { type: "boolean", default: value };
    return { type: "array", items: { type: "string" }, default: [...value] };
  };
  return {
    properties: Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [key, schema(value)]),
    ),
  };
}

/**
 * Values of a policy's configuration that are parameters of the rule; the schema has checked their
 * kinds.
 */
function parametersOf(
  rule: Rule,
  config: Readonly<Record<string, Parameters[string]>>,
): Parameters {
  return Object.fromEntries(
    Object.keys(rule.parameters).flatMap((key) =>
      config[key] === undefined ? [] : [[key, config[key]]],
    ),
  );
}
