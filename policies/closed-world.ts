import { harmlessTypes } from "./harmless-types";
import { subject } from "./kubernetes";
import { kindOf, none, resourceRule, type ResourceRule, type Rule } from "./rule";

/** Components of the program: each creates nothing itself, and what it creates is judged. */
const components = "causeway:";

/**
 * Whether a rule looks at resources of a type for more than what most types have alike. A pattern
 * of types tells nothing of one among them.
 */
export function isJudged(rules: readonly Rule[], type: string): boolean {
  const kinds = judgedKinds.get(rules) ?? kindsOf(rules);
  judgedKinds.set(rules, kinds);
  return kinds.has(kindOf(type));
}

const judgedKinds = new WeakMap<readonly Rule[], ReadonlySet<string>>();

function kindsOf(rules: readonly Rule[]): ReadonlySet<string> {
  const types = rules.flatMap(({ partial, types = [] }) => (partial === true ? [] : types));
  return new Set(types.filter((type) => !type.endsWith("*")).map(kindOf));
}

const harmlessKinds = new Set(Object.keys(harmlessTypes).map(kindOf));

/** Whether a type is listed as one that no rule has to judge. */
export function isHarmless(type: string): boolean {
  return harmlessKinds.has(kindOf(type));
}

/**
 * The rule that closes the world of types: each that a rule of the pack judges, or that is listed
 * as harmless with a reason, and no other. A Kubernetes object of a file is of any kind, so there
 * the rule asks about those of a program alone.
 */
export function closedWorld(rules: readonly Rule[]): ResourceRule {
  const known = new Map<string, boolean>();
  const isKnown = (type: string) => {
    const found =
      known.get(type) ?? (type.startsWith(components) || isHarmless(type) || isJudged(rules, type));
    known.set(type, found);
    return found;
  };
  return resourceRule({
    name: "governance-type-judged",
    area: "governance",
    description:
      "Every resource must be of a type that a rule judges or that is known as harmless.",
    severity: "high",
    enforcement: "mandatory",
    remediation:
      "Add a rule for the type, or say in policies/harmless-types.ts why it needs none; an adopter lists it in the parameter harmless.",
    url: "https://csrc.nist.gov/projects/cprt/catalog#/cprt/framework/version/SP_800_53_5_1_1/home?element=CM-07",
    frameworks: [
      { framework: "iso-42001", clause: "A.6.2.4" },
      { framework: "ml-lens", clause: "MLSEC-03" },
    ],
    partial: true,
    types: ["*"],
    parameters: { harmless: none },
    check: (resource, { harmless }) => {
      const { type, provider } = resource;
      if (isKnown(type) || harmless.includes(type)) return [];
      if (type.startsWith("kubernetes:") && provider === undefined) return [];
      return [
        `${subject(resource)} must be judged: no rule judges ${type}; add one, or say why it is harmless`,
      ];
    },
  });
}
