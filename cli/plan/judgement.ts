import { existsSync } from "node:fs";
import { coverage, type CoveredFramework } from "../../policies/coverage";
import { enforcementOf, judge, type PackConfig, type RuleSetting } from "../../policies/judge";
import { enforcements, type Area, type Enforcement, type Rule } from "../../policies/rule";
import { readJsonFile } from "../../services/contract/json";
import { InputError, pathName } from "../../services/contract/problems";
import { viewOf, type RecordedResource } from "./resource";
import { isProperties, type Properties } from "./wire";

/** One broken rule, ready to be shown or stored. */
export interface PlannedViolation {
  readonly rule: string;
  readonly area: Area;
  readonly severity: Rule["severity"];
  readonly enforcement: "mandatory" | "advisory";
  /** The resource to blame; absent where the whole stack is. */
  readonly resource?: { readonly urn: string; readonly type: string; readonly name: string };
  readonly message: string;
  readonly remediation: string;
}

/** How one rule fared. */
export interface RuleResult {
  readonly name: string;
  readonly area: Area;
  readonly description: string;
  readonly severity: Rule["severity"];
  readonly enforcement: Enforcement;
  readonly violations: number;
}

/** What the policy pack says of a stack. */
export interface Judgement {
  readonly rules: readonly RuleResult[];
  /** Mandatory ones first. */
  readonly violations: readonly PlannedViolation[];
  /** Which clauses of which frameworks the rules check. */
  readonly coverage: readonly CoveredFramework[];
}

/** Judges what a program registered by the rules under a pack configuration. */
export function judgementOf(
  resources: readonly RecordedResource[],
  rules: readonly Rule[],
  config: PackConfig,
): Judgement {
  const views = resources.map(viewOf);
  const origin = new Map(views.map((view, i) => [view, resources[i]]));
  const found = judge(rules, views, config).map(
    ({ rule, enforcement, resource, message }): PlannedViolation => {
      const source = resource && origin.get(resource);
      return {
        rule: rule.name,
        area: rule.area,
        severity: rule.severity,
        enforcement,
        ...(source ? { resource: { urn: source.urn, type: source.type, name: source.name } } : {}),
        message,
        remediation: rule.remediation,
      };
    },
  );
  const results = rules.map((rule) => {
    const { name, area, description, severity } = rule;
    return {
      name,
      area,
      description,
      severity,
      enforcement: enforcementOf(rule, config),
      violations: found.filter((violation) => violation.rule === name).length,
    };
  });
  const ordered = (["mandatory", "advisory"] as const).flatMap((level) =>
    found.filter((violation) => violation.enforcement === level),
  );
  return { rules: results, violations: ordered, coverage: coverage(rules) };
}

/**
 * Reads a pack configuration; a stack without a file takes every rule as it is. Throws InputError
 * for anything else than settings.
 */
export function packConfig(file: string): PackConfig {
  if (!existsSync(file)) return {};
  const content = parsed(file);
  const settings = Object.entries(content).map(([rule, setting]): [string, RuleSetting] => {
    if (isEnforcement(setting)) return [rule, setting];
    if (isProperties(setting) && isSettings(setting)) return [rule, setting];
    throw new InputError(file, [
      {
        key: pathName([rule]),
        got: setting,
        allowed: `${enforcements.join(", ")}, or an object with enforcementLevel and parameters`,
      },
    ]);
  });
  return Object.fromEntries(settings);
}

function parsed(file: string): Properties {
  const content = readJsonFile(file);
  if (isProperties(content)) return content;
  throw new InputError(file, [
    { key: "(whole input)", got: content, allowed: "an object from rule names to settings" },
  ]);
}

function isEnforcement(value: unknown): value is Enforcement {
  return enforcements.some((level) => level === value);
}

function isSettings(
  value: Properties,
): value is Record<string, unknown> & { enforcementLevel?: Enforcement } {
  return value["enforcementLevel"] === undefined || isEnforcement(value["enforcementLevel"]);
}
