import type { GraphFieldConfig } from "@grafana/grafana-foundation-sdk/common";
import type {
  AnnotationQuery,
  Dashboard,
  FieldConfig,
  GridPos,
  Threshold,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import type { Options } from "@grafana/grafana-foundation-sdk/timeseries";

// Types alone come from the SDK: they check every field and cost nothing, while its builders take
// 0.2 s of each plan to load.

/**
 * A type of the SDK as plain data: the values of its enumerations in their place, and no methods.
 */
type Plain<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Plain<Item>[]
      : { readonly [Key in keyof T as T[Key] extends () => void ? never : Key]: Plain<T[Key]> };

/** A query of a panel. */
export interface Query {
  readonly expr: string;
  /** Name of its lines; `{{label}}` stands for the value of a label. */
  readonly legend: string;
  /** Edge of an interval: the area between lower and upper is filled. @default a line */
  readonly edge?: "lower" | "upper";
}

/** A value that must not be crossed, from the contract. */
export interface Limit {
  readonly value: number;
  /** The side that is bad. */
  readonly bad: "above" | "below";
}

export type Unit = "reqps" | "percentunit" | "s" | "short" | "none" | "cps";

/** What a panel shows. */
export interface PanelContent {
  readonly title: string;
  /** Says what the lines are and where the limit comes from, where the title does not. */
  readonly description?: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  readonly limit?: Limit | undefined;
  /** Highest value of the axis. @default as the data needs */
  readonly max?: number;
  /** Where the axis starts. @default zero */
  readonly axis?: "zero" | "data";
  /** @default lines over time; a table shows the newest values */
  readonly form?: "lines" | "table";
  /** What stands there while the queries return nothing. @default "No data" */
  readonly noValue?: string;
  /** Columns of 24. @default 8 */
  readonly width?: 6 | 8 | 12 | 24;
}

/** Panels under one heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly PanelContent[];
}

/** What a dashboard shows. */
export interface DashboardContent {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Id of the data source that all panels ask. */
  readonly source: string;
  readonly from: string;
  readonly annotations: readonly Annotation[];
  readonly rows: readonly Row[];
}

/** Marks on the time axis of every panel: at each sample of the query. */
export interface Annotation {
  readonly name: string;
  readonly expr: string;
  readonly color: string;
  readonly title: string;
}

const columns = 24;
const heights = { row: 1, panel: 8 } as const;

type Target = Plain<Omit<Dataquery, "datasource" | "_implementsDataqueryVariant">>;

export interface Panel {
  readonly id: number;
  readonly type: "timeseries" | "table" | "row";
  readonly title: string;
  readonly gridPos: Plain<GridPos>;
  readonly description?: string;
  readonly datasource?: { readonly type: "prometheus"; readonly uid: string };
  readonly targets?: readonly Target[];
  readonly options?: Plain<Options> | { readonly showHeader: true };
  readonly fieldConfig?: {
    readonly defaults: Plain<Omit<FieldConfig, "custom" | "links" | "actions" | "mappings">> & {
      readonly custom?: Plain<GraphFieldConfig>;
    };
    readonly overrides: readonly Override[];
  };
  readonly transformations?: readonly { readonly id: string; readonly options: object }[];
}

interface Override {
  readonly matcher: { readonly id: "byFrameRefID"; readonly options: string };
  readonly properties: readonly {
    readonly id: `custom.${keyof GraphFieldConfig}`;
    readonly value: unknown;
  }[];
}

/** A dashboard as Grafana reads it. */
export type DashboardJson = Plain<
  Pick<
    Dashboard,
    | "uid"
    | "title"
    | "description"
    | "tags"
    | "timezone"
    | "editable"
    | "refresh"
    | "schemaVersion"
    | "time"
    | "graphTooltip"
  >
> & {
  readonly annotations: {
    readonly list: readonly Plain<
      Pick<
        AnnotationQuery,
        "name" | "datasource" | "enable" | "iconColor" | "expr" | "titleFormat" | "step"
      >
    >[];
  };
  readonly panels: readonly Panel[];
};

/** Version of the schema of dashboards that these fields are of. */
const schemaVersion = 42;

/** A dashboard of these rows. */
export function dashboardJson({
  uid,
  title,
  description,
  source,
  from,
  annotations,
  rows,
}: DashboardContent): DashboardJson {
  const datasource = { type: "prometheus", uid: source } as const;
  return {
    uid,
    title,
    description,
    schemaVersion,
    tags: ["causeway"],
    timezone: "utc",
    editable: false,
    refresh: "1m",
    graphTooltip: 1,
    time: { from, to: "now" },
    annotations: {
      list: annotations.map(({ name, expr, color, title: titleFormat }) => ({
        name,
        datasource,
        enable: true,
        iconColor: color,
        expr,
        titleFormat,
        step: "60s",
      })),
    },
    panels: layout(rows, datasource),
  };
}

/** Lays rows of panels out, from left to right and from top to bottom. */
function layout(rows: readonly Row[], datasource: NonNullable<Panel["datasource"]>): Panel[] {
  const panels: Panel[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: "row",
      title: row.title,
      gridPos: { x: 0, y, w: columns, h: heights.row },
    });
    y += heights.row;
    let x = 0;
    for (const content of row.panels) {
      const w = content.width ?? 8;
      if (x + w > columns) [x, y] = [0, y + heights.panel];
      panels.push({
        ...panel(content),
        id: panels.length + 1,
        datasource,
        gridPos: { x, y, w, h: heights.panel },
      });
      x += w;
    }
    y += heights.panel;
  }
  return panels;
}

type DrawnPanel = Pick<
  Panel,
  "type" | "title" | "description" | "targets" | "options" | "fieldConfig" | "transformations"
>;

function panel(content: PanelContent): DrawnPanel {
  const { title, description, form = "lines" } = content;
  return {
    title,
    ...(description !== undefined && { description }),
    ...(form === "table" ? table(content) : lines(content)),
  };
}

/** The newest values, one row for each series. */
function table({ unit, queries }: PanelContent): Omit<DrawnPanel, "title" | "description"> {
  const targets = queries.map(
    ({ expr, legend }, i) =>
      ({
        refId: refId(i),
        expr,
        legendFormat: legend,
        instant: true,
        range: false,
        format: "table",
      }) as const,
  );
  return {
    type: "table",
    targets,
    options: { showHeader: true },
    fieldConfig: { defaults: { unit }, overrides: [] },
    transformations: [
      {
        id: "organize",
        options: {
          excludeByName: {
            Time: true,
            __name__: true,
            job: true,
            instance: true,
            endpoint: true,
          },
        },
      },
    ],
  };
}

/** Lines over time. */
function lines({
  unit,
  queries,
  limit,
  max,
  axis = "zero",
  noValue,
}: PanelContent): Omit<DrawnPanel, "title" | "description"> {
  const custom = {
    drawStyle: "line",
    lineWidth: 1,
    fillOpacity: 0,
    showPoints: "never",
    thresholdsStyle: { mode: limit === undefined ? "off" : "line" },
  } as const;
  const defaults = {
    unit,
    ...(axis === "zero" && { min: 0 }),
    ...(max !== undefined && { max }),
    ...(noValue !== undefined && { noValue }),
    thresholds: { mode: "absolute", steps: steps(limit) },
    color: { mode: "palette-classic" },
    custom,
  } as const;
  const options = {
    legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
    tooltip: { mode: "multi", sort: "desc" },
  } as const;
  return {
    type: "timeseries",
    targets: queries.map(({ expr, legend }, i) => ({
      refId: refId(i),
      expr,
      legendFormat: legend,
    })),
    options,
    fieldConfig: { defaults, overrides: interval(queries) },
  };
}

function refId(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

function steps(limit: Limit | undefined): Plain<Threshold>[] {
  if (limit === undefined) return [{ color: "green", value: null }];
  const [low, high] =
    limit.bad === "above" ? (["green", "red"] as const) : (["red", "green"] as const);
  return [
    { color: low, value: null },
    { color: high, value: limit.value },
  ];
}

/** The edges of an interval as one area without lines of its own. */
function interval(queries: readonly Query[]): Override[] {
  const lower = queries.find(({ edge }) => edge === "lower");
  return queries.flatMap(({ edge }, i) => {
    if (edge === undefined) return [];
    const plain = [
      { id: "custom.lineWidth", value: 0 } as const,
      { id: "custom.hideFrom", value: { legend: true, tooltip: false, viz: false } } as const,
    ];
    const filled =
      edge === "upper" && lower
        ? [
            { id: "custom.fillBelowTo", value: lower.legend } as const,
            { id: "custom.fillOpacity", value: 20 } as const,
          ]
        : [];
    return [
      { matcher: { id: "byFrameRefID", options: refId(i) }, properties: [...plain, ...filled] },
    ];
  });
}
