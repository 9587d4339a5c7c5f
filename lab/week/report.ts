import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Html, html, number, type Html as Part } from "../../cli/plan/report/html";
import { linear, px } from "../../cli/rehearse/report/scale";
import { minutesPerDay } from "./calendar";
import { families, type Family } from "./detectors";
import type { Told, WeekResult, ScenarioResult } from "./result";
import { columns, rowsOf } from "./table";

const size = { width: 1120, left: 330, right: 1100, row: 22, top: 42 };

/** The report of the simulated weeks as one page that needs nothing else. */
export function weekPage(result: WeekResult): string {
  const { model, weeks, scenarios, clean } = result;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Causeway simulated weeks: ${model}</title><style>${new Html(stylesheet())}</style></head>
<body><header class="masthead"><p class="brand"><span>Causeway</span></p><p class="tagline">Simulated weeks through the real model server and the real Prometheus</p></header>
<main><section class="stack"><header class="headline"><h2>${model}</h2><p class="lead">How soon each alert tells of an event, and how often it is wrong, beside a fixed threshold and a plain 3-sigma rule.</p></header>${tiles(result)}</section>
<section><h3>Delays and false alarms</h3><div class="scroll"><table class="scores"><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${rowsOf(result).map((cells) => html`<tr class="${cells[2] === "causeway" ? "own" : ""}">${cells.map((cell) => html`<td class="${cell === "not found" ? "missed" : ""}">${cell}</td>`)}</tr>`)}</tbody></table></div></section>
<section><h3>Scenarios with an event</h3>${scenarios.map(scenarioFigure)}</section>
<section><h3>${weeks} clean weeks</h3>${scenarioFigure({ ...clean, name: "nothing happens", events: [] })}</section>
<section><h3>What is real, and what is simulated</h3>${notes(result)}</section></main>
<footer><p>Written by <code>npm run week</code>. The same facts for programs: <code>week.json</code>. Seed ${result.seed}.</p></footer></body></html>
`.text;
}

function stylesheet(): string {
  return [
    join(__dirname, "..", "..", "cli", "plan", "report", "report.css"),
    join(__dirname, "..", "..", "cli", "rehearse", "report", "rehearsal.css"),
    join(__dirname, "week.css"),
  ]
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
}

function tiles({
  cleanDays,
  predictions,
  labels,
  queries,
  scrape,
  seconds,
  scenarios,
}: WeekResult): Part {
  const tile = (name: string, value: string, note: string) =>
    html`<div class="tile"><dt>${name}</dt><dd><strong>${value}</strong><span>${note}</span></dd></div>`;
  const days = scenarios.reduce((sum, { length }) => sum + length / minutesPerDay, 0);
  return html`<dl class="tiles">${tile("Simulated", `${number(cleanDays)} clean days`, `and ${number(days)} days with events`)}${tile("Traffic", number(predictions), `predictions, ${number(labels)} delayed labels`)}${tile("Evaluated", number(queries), "range queries by Prometheus")}${tile("Real scrapes", number(scrape.scrapes), `of ${number(scrape.series)} series; ${scrape.families} metrics and ${scrape.rules} rules without an error`)}${tile("Took", `${seconds.toFixed(0)} s`, "servers, Prometheus and rules together")}</dl>`;
}

interface Lane {
  readonly name: string;
  readonly family: Family;
  readonly spans: readonly Told[];
}

/**
 * One lane for each detector that fired; where several alarms of one fire at a time they lie over
 * each other.
 */
function lanesOf(told: readonly Told[]): Lane[] {
  const names = [
    ...new Set(
      told.map((one) => `${one.detector}${one.family === "anomaly bands" ? ` ${one.labels}` : ""}`),
    ),
  ];
  const lanes = names.map((name): Lane => {
    const spans = told.filter(
      (one) => `${one.detector}${one.family === "anomaly bands" ? ` ${one.labels}` : ""}` === name,
    );
    return { name, family: spans[0]?.family ?? "causeway", spans };
  });
  return lanes.sort((a, b) => families.indexOf(a.family) - families.indexOf(b.family));
}

function scenarioFigure({ name, length, events, told }: ScenarioResult): Part {
  const x = linear(0, length / minutesPerDay, size.left, size.right, 8);
  const lanes = lanesOf(told);
  const height = size.top + Math.max(1, lanes.length) * size.row + 30;
  const at = (minute: number) => x(minute / minutesPerDay);
  const marks = events.map(
    (event, i) =>
      html`<rect class="event" x="${px(at(event.from))}" y="${size.top - 6 + i * 3}" width="${px(Math.max(3, at(event.to) - at(event.from)))}" height="${height - size.top - 20 - i * 3}"><title>${event.name}: ${event.text}</title></rect><text class="event-name" x="${px(at(event.from) + 4)}" y="${size.top - 12 - i * 14}">${event.name}</text>`,
  );
  const rows = lanes.map(
    (lane, i) =>
      html`<text class="lane ${lane.family === "causeway" || lane.family === "anomaly bands" ? "own" : ""}" x="${size.left - 12}" y="${size.top + i * size.row + 13}" text-anchor="end">${lane.name}</text>${lane.spans.map((span) => html`<rect class="alarm family-${families.indexOf(lane.family)}" x="${px(at(span.from))}" y="${size.top + i * size.row + 3}" width="${px(Math.max(2, at(span.to) - at(span.from)))}" height="13" rx="2"><title>${span.detector} ${span.labels}</title></rect>`)}`,
  );
  const ticks = x.ticks.map(
    (tick) =>
      html`<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="${size.top - 6}" y2="${height - 24}"/><text x="${px(x(tick))}" y="${height - 8}" text-anchor="middle">day ${tick}</text>`,
  );
  return html`<figure class="plot scenario"><h5>${name}</h5><svg viewBox="0 0 ${size.width} ${height}" role="img" aria-label="Alarms of ${name}">${marks}${ticks}${rows}${lanes.length === 0 && html`<text x="${size.left}" y="${size.top + 13}">no alarm</text>`}</svg><figcaption>${events.map((event) => html`${event.text}. `)}</figcaption></figure>`;
}

function notes({ perDay, fewPerDay, cleanDays }: WeekResult): Part {
  return html`<ul class="notes"><li><b>Real:</b> the model server (a process of its own, the sample's release), every prediction and label over loopback, its exposition at each simulated minute; Prometheus, which evaluates every rule and every baseline; one stretch of real scrapes in real time by the same Prometheus, with all rules in its rule manager.</li>
<li><b>Compressed:</b> time. The expositions get their simulated times and are written to Prometheus as a scrape would; each rule is evaluated at its own interval by range queries and written back, ends of series included; the wait of an alert is applied by this tool.</li>
<li><b>Fake:</b> the proxy. It counts requests and durations as Istio does, with drawn durations: those of a machine that does weeks in minutes mean nothing.</li>
<li><b>Traffic:</b> ${number(perDay)} applications on a Wednesday (${number(fewPerDay)} in the week with few), by day, night and weekday; each is drawn with replacement from all prepared rows of the data. Labels come after one hour to a day. Nothing is counted in the first day; false alarms are of ${number(cleanDays)} clean days.</li>
<li><b>Delay:</b> from the event's first minute to the first alarm of its kind that begins after it, the alert's own wait included.</li></ul>`;
}
