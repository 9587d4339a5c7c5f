import { dashboardJson } from "../../../infra/observability/dashboards/grafana";
import { drawing } from "../../../lab/dashboard/draw";
import type { AnsweredDashboard } from "../../../lab/dashboard/replay";

const minute = 60_000;
const dashboard = dashboardJson({
  uid: "u",
  title: "Model <x>",
  description: "d",
  source: "prometheus",
  from: "now-1h",
  annotations: [],
  rows: [
    {
      title: "Row",
      panels: [
        {
          title: "Lines",
          unit: "percentunit",
          max: 1,
          limit: { value: 0.5, bad: "above" },
          queries: [
            { expr: "a", legend: "a" },
            { expr: "l", legend: "lower", edge: "lower" },
            { expr: "u", legend: "upper", edge: "upper" },
          ],
        },
        { title: "Nothing", unit: "none", queries: [{ expr: "b", legend: "b" }] },
      ],
    },
  ],
});
const line = (
  name: string,
  values: readonly number[],
  times = values.map((_, i) => i * minute),
) => ({ name, series: { labels: {}, times: [...times], values: [...values] } });
const answered = (values: readonly number[], times?: readonly number[]): AnsweredDashboard => ({
  dashboard,
  from: 0,
  to: 10 * minute,
  marks: [{ time: 5 * minute, text: "1.1.0", color: "blue" }],
  panels: dashboard.panels.map((panel) => ({
    panel,
    queries:
      panel.title === "Lines"
        ? [
            { refId: "A", lines: [line("a", values, times && [...times])] },
            {
              refId: "B",
              lines: [
                line(
                  "lower",
                  values.map((value) => value - 0.1),
                ),
              ],
            },
            {
              refId: "C",
              lines: [
                line(
                  "upper",
                  values.map((value) => value + 0.1),
                ),
              ],
            },
          ]
        : [],
  })),
});

const paths = (svg: string) => [...svg.matchAll(/<path d="([^"]*)"/g)].map(([, d]) => d);

test("draws a line of a panel, and none for the edges of its interval, which are an area", () => {
  const svg = drawing(answered([0.2, 0.4, 0.3]), []);
  expect(paths(svg)).toHaveLength(1);
  expect(svg.match(/<polygon/g)).toHaveLength(1);
});

test("places values on the axis that the dashboard declares: half of the maximum is half of the plot, where its limit is", () => {
  const svg = drawing(answered([0.5, 0.5]), []);
  const [, y] = /M[\d.]+ ([\d.]+)/.exec(paths(svg)[0] ?? "") ?? [];
  expect(svg).toContain(`y1="${y}" y2="${y}" stroke="#cf222e"`);
});

test("leaves a gap where Prometheus had no answer", () => {
  expect(
    paths(
      drawing(answered([0.2, 0.4, 0.3, 0.2], [0, minute, 5 * minute, 6 * minute]), []),
    )[0]?.match(/M/g),
  ).toHaveLength(2);
});

test("says so where a rehearsal has no data", () => {
  expect(drawing(answered([0.2]), []).match(/not in a rehearsal/g)).toHaveLength(1);
});

test("marks releases, escapes what it shows, and carries its caption", () => {
  const svg = drawing(answered([0.2, 0.4]), ["from a rehearsal"]);
  expect(svg).toContain("<title>1.1.0</title>");
  expect(svg).toContain("Model &lt;x&gt;");
  expect(svg).toContain(">from a rehearsal</text>");
});
