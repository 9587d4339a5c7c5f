import * as fc from "fast-check";
import { analysisTemplates } from "../../../infra/gates/analysis";
import { argoQuery, promReplacement, promString, templateText } from "../../../infra/gates/quoting";
import { allRules, alertRules, syntaxErrors } from "../observability/fixture";
import { settings } from "../serving/fixture";
import { anyNames } from "./parity-contracts";

/** What Go makes of a template that has no action but a string that it prints. */
const printed = (template: string) =>
  template.replace(/\{\{ "((?:[^"\\]|\\.)*)" \}\}/g, (_, text: string) => text);

describe("names of a contract, whatever they are", () => {
  it("leave every rule valid PromQL", () => {
    fc.assert(
      fc.property(anyNames, (contract) => {
        for (const { expr } of allRules(contract))
          expect([expr, syntaxErrors(expr)]).toEqual([expr, []]);
      }),
      { numRuns: 15 },
    );
  });

  it("are no action of an alert's template, which prints them", () => {
    fc.assert(
      fc.property(anyNames, (contract) => {
        const attribute = contract.protectedAttributes[0]!.name;
        for (const { labels, annotations } of alertRules(contract).filter(
          ({ alert }) => alert === "CausewayFairnessLimit",
        )) {
          expect(printed(labels["attribute"]!)).toBe(attribute);
          const template = annotations.summary.replace('{{ $value | printf "%.1f" }}', "");
          expect(printed(template)).toContain(`by ${attribute} is`);
          expect(template.replace(/\{\{ "\{+" \}\}/g, "")).not.toContain("{");
        }
      }),
      { numRuns: 30 },
    );
  });

  it("leave an AnalysisTemplate no argument but the hashes, and its queries valid", () => {
    fc.assert(
      fc.property(anyNames, (contract) => {
        const { watch, proof } = analysisTemplates({ ...settings, contract });
        const text = JSON.stringify([watch, proof]);
        const rest = text.replace(/\{\{args\.(canary|stable)-hash\}\}/g, "");
        expect(rest).not.toContain("{{");
        for (const { provider } of [...watch.spec.metrics, ...proof.spec.metrics]) {
          const { query } = provider.prometheus;
          expect([query, syntaxErrors(query)]).toEqual([query, []]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

it("text is quoted by the language that it is put into", () => {
  expect(promString('a"b\\c\n')).toBe(String.raw`"a\"b\\c\n"`);
  expect(promReplacement("$1 \\")).toBe(String.raw`"$$1 \\"`);
  expect(templateText("a {{ b }} {")).toBe('a {{ "{{" }} b }} {{ "{" }}');
  expect(argoQuery('x{a="{{args.y}}",b="canary"}', ["canary"])).toBe(
    String.raw`x{a="\x7b\x7bargs.y}}",b="{{args.canary}}"}`,
  );
});
