import type { Panel } from "../../infra/observability/dashboards/grafana";
import { html, Html } from "../../cli/plan/report/html";
import { linear, percent, px, short, type Scale } from "../../cli/rehearse/report/scale";
import type { AnsweredDashboard, AnsweredPanel, AnsweredQuery, Mark } from "./replay";

/** Sizes of the drawing: a dashboard's grid has 24 columns; a panel of 8 lines is 208 high. */
const size = { width: 1280, margin: 12, line: 26, head: 40, foot: 72, gap: 4 } as const;
const column = (size.width - 2 * size.margin) / 24;

/**
 * Colours of lines, told apart with every kind of colour vision (Okabe and Ito 2008), without the
 * yellow that white swallows.
 */
const colors = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#e69f00",
  "#6a4c93",
  "#5c5c5c",
];
/** Most lines that a panel names. */
const named = 6;

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A dashboard as one SVG: its own grid, lines, intervals, limits and marks. `caption` says what the
 * data is.
 */
export function drawing(answered: AnsweredDashboard, caption: readonly string[]): string {
  const { dashboard, panels, marks, from, to } = answered;
  const bottom = Math.max(...panels.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h));
  const height = size.head + bottom * size.line + size.foot;
  const frames = panels.map(
    ({
      panel: {
        gridPos: { x, y, w, h },
      },
    }): Frame => ({
      x: size.margin + x * column,
      y: size.head + y * size.line,
      width: w * column - size.gap,
      height: h * size.line - size.gap,
    }),
  );
  return `${
    html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" width="${size.width}" height="${height}" font-family="system-ui, sans-serif" font-size="11" fill="#24292f" role="img" aria-label="${dashboard.title ?? ""}">
<rect width="${size.width}" height="${height}" fill="#f4f5f5"/><text x="${size.margin}" y="26" font-size="17" font-weight="600">${dashboard.title}</text>
${panels.map((answeredPanel, i) => drawPanel(answeredPanel, frames[i] ?? { x: 0, y: 0, width: 0, height: 0 }, marks, [from, to]))}
${caption.map((text, i) => html`<text x="${size.margin}" y="${height - size.foot + 18 + i * 15}" fill="#57606a">${text}</text>`)}</svg>`
      .text
  }\n`;
}

function drawPanel(
  { panel, queries }: AnsweredPanel,
  frame: Frame,
  marks: readonly Mark[],
  time: readonly [number, number],
): Html {
  if (panel.type === "row")
    return html`<text x="${px(frame.x)}" y="${px(frame.y + 17)}" font-size="13" font-weight="600">${panel.title}</text>`;
  const plot: Frame = {
    x: frame.x + 46,
    y: frame.y + 28,
    width: frame.width - 58,
    height: frame.height - 66,
  };
  const drawn = queries.flatMap(({ lines }) => lines).length > 0;
  return html`<g><rect x="${px(frame.x)}" y="${px(frame.y)}" width="${px(frame.width)}" height="${px(frame.height)}" rx="3" fill="#fff" stroke="#d8dee4"/><text x="${px(frame.x + 10)}" y="${px(frame.y + 17)}" font-weight="600">${panel.title}</text>
${drawn ? chart({ panel, queries }, plot, marks, time) : html`<text x="${px(frame.x + frame.width / 2)}" y="${px(frame.y + frame.height / 2 + 4)}" text-anchor="middle" fill="#8c959f">not in a rehearsal</text>`}</g>`;
}

function chart(
  { panel, queries }: AnsweredPanel,
  plot: Frame,
  marks: readonly Mark[],
  [from, to]: readonly [number, number],
): Html {
  const defaults: NonNullable<Panel["fieldConfig"]>["defaults"] = panel.fieldConfig?.defaults ?? {};
  const limit = defaults.thresholds?.steps.flatMap(({ value }) => value ?? [])[0];
  const x = linear(from, to, plot.x, plot.x + plot.width, 5);
  const values = queries
    .flatMap(({ lines }) => lines.flatMap(({ series }) => series.values))
    .filter(Number.isFinite);
  const reach = [...values, ...(limit === undefined ? [] : [limit])];
  const low = Math.min(defaults.min ?? Infinity, ...reach);
  const high = defaults.max ?? Math.max(...reach);
  const y = linear(
    low,
    high + (defaults.max === undefined ? (high - low || 1) * 0.08 : 0),
    plot.y + plot.height,
    plot.y,
    4,
  );
  const edges = new Map(panel.fieldConfig?.overrides.map(({ matcher }) => [matcher.options, true]));
  const shown = queries.filter(({ refId }) => !edges.has(refId)).flatMap(({ lines }) => lines);
  const unit = defaults.unit;
  return html`${y.ticks.map((tick) => html`<line x1="${px(plot.x)}" x2="${px(plot.x + plot.width)}" y1="${px(y(tick))}" y2="${px(y(tick))}" stroke="#eaeef2"/><text x="${px(plot.x - 6)}" y="${px(y(tick) + 4)}" text-anchor="end" fill="#57606a" font-size="10">${labelled(tick, unit)}</text>`)}
${clock(x, plot, from, to)}${marks.map(({ time, color, text }) => html`<line x1="${px(x(time))}" x2="${px(x(time))}" y1="${px(plot.y)}" y2="${px(plot.y + plot.height)}" stroke="${color === "red" ? "#cf222e" : "#0969da"}" stroke-dasharray="3 3" opacity="0.7"><title>${text}</title></line>`)}
${band(
  queries.filter(({ refId }) => edges.has(refId)),
  x,
  y,
)}
${limit !== undefined && html`<line x1="${px(plot.x)}" x2="${px(plot.x + plot.width)}" y1="${px(y(limit))}" y2="${px(y(limit))}" stroke="#cf222e" stroke-width="1.2"/>`}
${shown.map(
  ({ series }, i) =>
    html`<path d="${path(
      series.times.map((time, at) => [time, series.values[at] ?? NaN] as const),
      x,
      y,
    )}" fill="none" stroke="${colorOf(i)}" stroke-width="1.6"/>`,
)}
${legend(
  shown.map(({ name }) => name),
  plot,
)}`;
}

function colorOf(index: number): string {
  return colors[index % colors.length] ?? "#000";
}

/** Hours and minutes under the axis, from the start of the recording. */
function clock(x: Scale, plot: Frame, from: number, to: number): Html {
  const hours = Math.max(0.5, Math.ceil(((to - from) / 3_600_000 / 5) * 2) / 2);
  const ticks = Array.from(
    { length: Math.floor((to - from) / 3_600_000 / hours) + 1 },
    (_, i) => i * hours,
  );
  return html`${ticks.map((hour) => html`<text x="${px(x(from + hour * 3_600_000))}" y="${px(plot.y + plot.height + 13)}" text-anchor="middle" fill="#57606a" font-size="10">${Math.floor(hour)}:${hour % 1 === 0 ? "00" : "30"}</text>`)}`;
}

/** Pieces of a line: neighbours a minute apart are joined, a gap is left open. */
function pieces(points: readonly (readonly [number, number])[]): (readonly [number, number])[][] {
  const found: (readonly [number, number])[][] = [];
  for (const point of points.filter(([, value]) => Number.isFinite(value))) {
    const last = found[found.length - 1];
    const before = last?.[last.length - 1];
    if (last === undefined || before === undefined || point[0] - before[0] > 60_000)
      found.push([point]);
    else last.push(point);
  }
  return found;
}

function path(points: readonly (readonly [number, number])[], x: Scale, y: Scale): string {
  return pieces(points)
    .map((piece) =>
      bends(piece)
        .map(([time, value], i) => `${i === 0 ? "M" : "L"}${px(x(time))} ${px(y(value))}`)
        .join(""),
    )
    .join("");
}

/** Leaves out the points inside a level stretch. */
function bends(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  return points.filter(
    ([, value], i) => points[i - 1]?.[1] !== value || points[i + 1]?.[1] !== value,
  );
}

/** The area between the edges of an interval. */
function band(edges: readonly AnsweredQuery[], x: Scale, y: Scale): Html | undefined {
  const [lower, upper] = edges.map(({ lines }) => lines[0]?.series);
  if (lower === undefined || upper === undefined) return undefined;
  const top = new Map(upper.times.map((time, i) => [time, upper.values[i] ?? NaN]));
  const both = lower.times
    .map((time, i) => [time, lower.values[i] ?? NaN, top.get(time) ?? NaN] as const)
    .filter(([, from, to]) => Number.isFinite(from) && Number.isFinite(to));
  const forth = both.map(([time, , value]) => `${px(x(time))},${px(y(value))}`);
  const back = both.map(([time, value]) => `${px(x(time))},${px(y(value))}`).reverse();
  return html`<polygon points="${[...forth, ...back].join(" ")}" fill="${colorOf(0)}" opacity="0.15"/>`;
}

function legend(names: readonly string[], plot: Frame): Html {
  const all = [
    ...names.slice(0, named),
    ...(names.length > named ? [`and ${names.length - named} more`] : []),
  ];
  let x = plot.x - 34;
  return html`${all.map((name, i) => {
    const at = x;
    x += 24 + name.length * 5.6;
    return x > plot.x + plot.width + 24
      ? undefined
      : html`${i < named && html`<rect x="${px(at)}" y="${px(plot.y + plot.height + 24)}" width="10" height="3" fill="${colorOf(i)}"/>`}<text x="${px(at + 14)}" y="${px(plot.y + plot.height + 29)}" fill="#57606a" font-size="10">${name}</text>`;
  })}`;
}

function labelled(value: number, unit: string | undefined): string {
  if (unit === "percentunit") return percent(value, Math.abs(value) < 0.1 && value !== 0 ? 1 : 0);
  if (unit === "s") return Math.abs(value) < 1 ? `${short(value * 1_000)} ms` : `${short(value)} s`;
  return short(value);
}
