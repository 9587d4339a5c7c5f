import { appliesTo, type Enforcement, type Parameters, type ResourceView, type Rule } from "./rule";

/** Setting of one rule in a pack configuration: a level, or a level with parameters. */
export type RuleSetting =
  Enforcement | ({ readonly enforcementLevel?: Enforcement } & Record<string, unknown>);
/**
 * Pack configuration as `pulumi --policy-pack-config` reads it; `all` sets the level of every rule.
 */
export type PackConfig = Readonly<Record<string, RuleSetting>>;

/** One broken rule. */
export interface Violation {
  readonly rule: Rule;
  readonly enforcement: "mandatory" | "advisory";
  /** Type and name of the resource, absent where the whole stack is to blame. */
  readonly resource: ResourceView | undefined;
  readonly message: string;
}

/**
 * Judges resources offline as the engine's analyzer would: same rules, same configuration, and a
 * rule that meets a value not known before `pulumi up` is reported as advisory, as CrossGuard does
 * in a preview.
 */
export function judge(
  rules: readonly Rule[],
  resources: readonly ResourceView[],
  config: PackConfig = {},
): Violation[] {
  const byType = new Map<string, ResourceView[]>();
  for (const resource of resources) {
    const known = byType.get(resource.type);
    if (known === undefined) byType.set(resource.type, [resource]);
    else known.push(resource);
  }
  return rules.flatMap((rule) => {
    const enforcement = enforcementOf(rule, config);
    if (enforcement === "disabled") return [];
    const given = parametersOf(rule, config);
    if (rule.kind === "stack")
      return attempt(rule, enforcement, undefined, () => rule.check(resources, given));
    const judged = [...byType].flatMap(([type, ofType]) => (appliesTo(rule, type) ? ofType : []));
    return judged.flatMap((resource) =>
      attempt(rule, enforcement, resource, () =>
        rule.check(resource, given).map((message) => ({ resource, message })),
      ),
    );
  });
}

/** The level at which a rule is enforced under a configuration. */
export function enforcementOf(rule: Rule, config: PackConfig): Enforcement {
  return levelOf(config[rule.name]) ?? levelOf(config["all"]) ?? rule.enforcement;
}

function levelOf(setting: RuleSetting | undefined): Enforcement | undefined {
  return typeof setting === "object" ? setting.enforcementLevel : setting;
}

function parametersOf(rule: Rule, config: PackConfig): Parameters {
  const setting = config[rule.name];
  if (typeof setting !== "object") return {};
  return Object.fromEntries(
    Object.entries(setting).flatMap(([key, value]) => (isParameter(value) ? [[key, value]] : [])),
  );
}

function isParameter(value: unknown): value is Parameters[string] {
  return (
    ["number", "string", "boolean"].includes(typeof value) ||
    (Array.isArray(value) && value.every((item) => typeof item === "string"))
  );
}

function attempt(
  rule: Rule,
  enforcement: "mandatory" | "advisory",
  resource: ResourceView | undefined,
  check: () => readonly { readonly resource?: ResourceView; readonly message: string }[],
): Violation[] {
  try {
    return check().map((violation) => ({
      rule,
      enforcement,
      resource: violation.resource ?? resource,
      message: violation.message,
    }));
  } catch (error) {
    if (!isUnknownValue(error)) throw error;
    return [
      {
        rule,
        enforcement: "advisory",
        resource,
        message: `cannot be judged before the update: ${error.message}`,
      },
    ];
  }
}

/**
 * CrossGuard's `UnknownValueError` is not part of its typed interface, so it is known by its class
 * name.
 */
function isUnknownValue(error: unknown): error is Error {
  return error instanceof Error && error.constructor.name === "UnknownValueError";
}
