import { ruleGroups } from "../../../infra/observability/rules";
import { baselines, fixedPsi, ownDetectors, threeSigma } from "../../../lab/week/detectors";
import { keyOf } from "../../../lab/week/evaluate";
import { kinds } from "../../../lab/week/events";
import { scenariosOf } from "../../../lab/week/scenarios";
import {
  alertRules,
  contract,
  recordingRules,
  metricsIn,
  syntaxErrors,
} from "../../infra/observability/fixture";

const own = ownDetectors(ruleGroups(contract));

describe("baselines", () => {
  test("are valid PromQL over series that our rules record", () => {
    const recorded = new Set<string>(recordingRules().map((rule) => rule.record));
    for (const { watch } of baselines(contract)) {
      expect([watch.name, syntaxErrors(watch.expr)]).toEqual([watch.name, []]);
      expect(metricsIn(watch.expr).filter((name) => !recorded.has(name))).toEqual([]);
    }
  });

  test("compare the stability index with a number", () => {
    expect(fixedPsi(contract, 0.2, 'feature="score"')).toBe(
      'causeway:psi:window{model="loan-approval",feature="score"} > 0.2',
    );
  });

  test("compare with the mean and three deviations of the last day, on the side that is bad", () => {
    expect(threeSigma("x", "high")).toBe(
      "(x - avg_over_time(x[1d])) > 3 * stddev_over_time(x[1d])",
    );
    expect(threeSigma("x", "low")).toBe("(avg_over_time(x[1d]) - x) > 3 * stddev_over_time(x[1d])");
    expect(threeSigma("x", "both")).toBe(`${threeSigma("x", "high")} or ${threeSigma("x", "low")}`);
  });
});

describe("detectors and events", () => {
  test("each rule of ours has a name of its own", () => {
    const names = alertRules().map(keyOf);
    expect(new Set(names).size).toBe(names.length);
  });

  test("each alert is of a kind, but for those about the platform", () => {
    const known = new Set(own.map(({ name }) => name.split(" ")[0]));
    expect(
      [...new Set(alertRules().map(({ alert }) => alert))].filter((name) => !known.has(name)),
    ).toEqual([
      "CausewayErrorBudgetBurn",
      "CausewayErrorBudgetSlowBurn",
      "CausewaySaturated",
      "CausewayModelAbsent",
      "CausewayLabelsMissing",
    ]);
  });

  test("each kind has an event, a detector of ours and a baseline", () => {
    const events = scenariosOf(contract).flatMap((scenario) => scenario.events);
    for (const kind of kinds)
      expect([
        kind,
        events.some((one) => one.kind === kind),
        own.some((one) => one.kind === kind),
        baselines(contract).some((one) => one.kind === kind),
      ]).toEqual([kind, true, true, true]);
  });

  test("events end with their scenario, and those of one scenario are of different kinds", () => {
    for (const { days, events } of scenariosOf(contract)) {
      expect(events.filter(({ from, to }) => from < 0 || from >= to || to > days * 1_440)).toEqual(
        [],
      );
      expect(new Set(events.map(({ kind }) => kind)).size).toBe(events.length);
    }
  });
});
