import {
  alertmanagerConfig,
  retrainingAlerts,
  type RetrainingRoute,
} from "../../../infra/observability/alertmanager";
import { retrainingAlert } from "../../../infra/observability/all-regions";
import { alerts, retrainingDue } from "../../../infra/gates/alerts";
import { alertRules } from "./fixture";
import { runbookBase } from "../../support/runbooks";

const configOf = (retrainingRoute: RetrainingRoute) =>
  alertmanagerConfig({
    peopleFolder: "/etc/urls",
    retrainingRoute,
    retrainingUrl: "http://retraining.example.com/alerts",
  });
const config = configOf("own");

/** Receivers that Alertmanager's routes give an alert to. */
function receiversOf(labels: Readonly<Record<string, string>>, { route } = config): string[] {
  const told: string[] = [];
  for (const { receiver, matchers, ...rest } of route.routes) {
    const matches = matchers.every((matcher) => {
      const [, label = "", value] = /^(\w+) = "(.*)"$/.exec(matcher) ?? [];
      return labels[label] === value;
    });
    if (!matches) continue;
    told.push(receiver);
    if (!("continue" in rest)) return told;
  }
  return told.length > 0 ? told : [route.receiver];
}

describe("routes", () => {
  test.each(alertRules().map((rule) => [rule.alert, rule] as const))(
    "%s reaches the receiver that its label names",
    (_, rule) => {
      expect(receiversOf(rule.labels).filter((receiver) => receiver !== "retraining")).toEqual([
        rule.labels["receiver"],
      ]);
    },
  );

  test("what training may cure starts a retraining too, and nothing else does", () => {
    const started = alertRules()
      .filter(({ labels }) => receiversOf(labels).includes("retraining"))
      .map(({ alert }) => alert);
    expect([...new Set(started)].sort()).toEqual(retrainingAlerts().sort());
    expect(retrainingAlerts()).toEqual([
      "CausewayFeatureDrift",
      "CausewayScoreDrift",
      "CausewayConceptDrift",
      "CausewayPerformanceDecay",
      "CausewayFairnessLimit",
    ]);
  });

  test("where there are several regions, home hears the one alert over all of them alone, and the others nothing", () => {
    const [home, other] = [configOf("all"), configOf("none")];
    for (const { labels } of alertRules())
      for (const one of [home, other])
        expect(receiversOf(labels, one)).toEqual([labels["receiver"]]);
    const due = {
      ...retrainingAlert(runbookBase).labels,
      alertname: retrainingDue.name,
      cause: "CausewayScoreDrift",
      model: "loan-approval",
    };
    expect(receiversOf(due, home)).toEqual(["retraining"]);
    expect(receiversOf(due, other)).toEqual(["none"]);
    expect(JSON.stringify(other)).not.toContain("retraining.example.com");
  });

  test("alerts of the controllers go by their severity, and what is no one's matter to nobody", () => {
    expect(receiversOf({ alertname: "KubeNodeNotReady", severity: "warning" })).toEqual(["team"]);
    expect(receiversOf({ alertname: "KubeAPIDown", severity: "critical" })).toEqual(["on-call"]);
    expect(receiversOf({ alertname: "Watchdog", severity: "none" })).toEqual(["none"]);
  });

  test("one message is about a model in a region", () => {
    expect(config.route.group_by).toEqual(["model", "region"]);
  });
});

test("a slow burn is silent while the fast one of the same model and region fires", () => {
  expect(config.inhibit_rules).toContainEqual({
    source_matchers: ['alertname = "CausewayErrorBudgetBurn"'],
    target_matchers: ['alertname = "CausewayErrorBudgetSlowBurn"'],
    equal: ["model", "region"],
  });
  const names = config.inhibit_rules
    .flatMap(({ source_matchers, target_matchers }) => [...source_matchers, ...target_matchers])
    .map((matcher) => /"(.*)"/.exec(matcher)?.[1] ?? "");
  for (const name of names) expect(Object.keys(alerts)).toContain(name);
});

test("a retraining hears of alerts and not of their end; people hear both", () => {
  expect(config.receivers).toEqual([
    { name: "none" },
    {
      name: "retraining",
      webhook_configs: [{ url: "http://retraining.example.com/alerts", send_resolved: false }],
    },
    { name: "on-call", webhook_configs: [{ url_file: "/etc/urls/on-call", send_resolved: true }] },
    { name: "team", webhook_configs: [{ url_file: "/etc/urls/team", send_resolved: true }] },
  ]);
});
