import type { CoveredFramework } from "../../../policies/coverage";
import { areas as policyAreas, type Area } from "../../../policies/rule";
import type { PlannedViolation, RuleResult } from "../judgement";
import type { StackPlan } from "../plan";
import { html, plural, type Html } from "./html";

/** An advisory with at most so many resources is shown without a click. */
const openUpTo = 4;

/** What became of a rule: `mandatory` and `advisory` are findings. */
type State = "passed" | "advisory" | "mandatory" | "disabled";

/** How many rules of each area hold, and every finding. */
export function policies(plan: StackPlan): Html {
  const { rules, violations } = plan.judgement;
  const stateOf = states(plan);
  const present = policyAreas.filter((area) => rules.some((rule) => rule.area === area));
  return html`<div class="policies"><table class="bars areas"><caption class="visually-hidden">Rules by area</caption><tbody>${present.map(
    (area) =>
      areaRow(
        area,
        rules.filter((rule) => rule.area === area),
        stateOf,
      ),
  )}</tbody></table>
<div class="findings">${
    violations.length === 0
      ? html`<p class="none">No finding.</p>`
      : [...new Set(violations.map((violation) => violation.rule))].map((rule) =>
          finding(
            violations.filter((violation) => violation.rule === rule),
            rules.find(({ name }) => name === rule),
          ),
        )
  }</div></div>`;
}

function states(plan: StackPlan): (rule: RuleResult) => State {
  const found = new Map<string, State>();
  for (const { rule, enforcement } of plan.judgement.violations)
    if (found.get(rule) !== "mandatory") found.set(rule, enforcement);
  return (rule) =>
    found.get(rule.name) ?? (rule.enforcement === "disabled" ? "disabled" : "passed");
}

function areaRow(
  area: Area,
  rules: readonly RuleResult[],
  stateOf: (rule: RuleResult) => State,
): Html {
  const failed = rules.filter((rule) => ["mandatory", "advisory"].includes(stateOf(rule))).length;
  const disabled = rules.filter((rule) => stateOf(rule) === "disabled").length;
  return html`<tr><th scope="row">${area}</th><td><span class="dots">${rules.map((rule) => html`<i class="dot ${stateOf(rule)}" title="${rule.name}: ${stateOf(rule)}"></i>`)}</span></td><td>${rules.length - failed - disabled} of ${rules.length}${disabled > 0 && html`<em>, ${disabled} off</em>`}</td></tr>`;
}

function finding(
  violations: readonly PlannedViolation[],
  rule: RuleResult | undefined,
): Html | undefined {
  const [first] = violations;
  if (first === undefined) return undefined;
  return html`<details class="finding ${first.enforcement}" ${first.enforcement === "mandatory" || violations.length <= openUpTo ? "open" : ""}><summary><span class="badge ${first.enforcement === "mandatory" ? "bad" : "warn"}">${first.enforcement}</span> <b>${first.rule}</b> <span class="count">${plural(violations.length, "resource")}</span></summary>
<p>${rule?.description}</p><ul>${violations.map(({ resource, message }) => html`<li>${message}${resource && html` <code>${resource.name}</code>`}</li>`)}</ul><p class="fix"><b>Fix</b> ${first.remediation}</p></details>`;
}

/**
 * Which clause of which framework is checked by which rules and how those fared, and what covers
 * the others.
 */
export function coverage(plan: StackPlan): Html {
  const stateOf = states(plan);
  const byName = new Map(plan.judgement.rules.map((rule) => [rule.name, rule]));
  const used = policyAreas.filter((area) =>
    plan.judgement.rules.some((rule) => rule.area === area),
  );
  const dots = (names: readonly string[], area: Area) =>
    names
      .flatMap((name) => byName.get(name) ?? [])
      .filter((rule) => rule.area === area)
      .map((rule) => dot(rule, stateOf(rule)));
  const covered = plan.judgement.coverage.filter(({ clauses }) => clauses.length > 0);
  return html`${covered.map((framework) => matrix(framework, used, dots))}<p class="key">${(["passed", "advisory", "mandatory", "disabled"] as const).map((state) => html`<span><i class="dot ${state}"></i>${state === "passed" ? "rule holds" : state === "disabled" ? "rule is off in this stack" : `${state} finding`}</span>`)}</p>`;
}

function matrix(
  { title, clauses }: CoveredFramework,
  used: readonly Area[],
  dots: (names: readonly string[], area: Area) => Html[],
): Html {
  const rules = new Set(clauses.flatMap((clause) => clause.rules)).size;
  return html`<details class="framework"><summary><b>${title}</b> <span class="count">${clauses.filter((clause) => clause.rules.length > 0).length} of ${plural(clauses.length, "clause")}, ${plural(rules, "rule")}</span></summary>
<div class="scroll"><table class="matrix"><thead><tr><th scope="col">Clause</th>${used.map((area) => html`<th scope="col">${area}</th>`)}</tr></thead>
<tbody>${clauses.map((clause) => (clause.coveredBy !== undefined ? html`<tr class="open"><th scope="row">${clause.clause}</th><td colspan="${String(used.length)}">${clause.coveredBy}</td></tr>` : html`<tr><th scope="row">${clause.clause}</th>${used.map((area) => html`<td>${dots(clause.rules, area)}</td>`)}</tr>`))}</tbody></table></div></details>`;
}

function dot(rule: RuleResult, state: State): Html {
  const spoken = `${rule.name}: ${state}`;
  return html`<i class="dot ${state}" role="img" aria-label="${spoken}" title="${spoken}"></i>`;
}
