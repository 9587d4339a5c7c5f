import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Html, html } from "../../cli/plan/report/html";
import { passed, type Played } from "./gameday";

const size = { width: 1000, height: 150, top: 26 };
/** Seconds that one bar of the figure covers. */
const binSeconds = 5;

/**
 * The game day as one page that needs nothing else: requests by region over time, what names said,
 * and what had to be seen.
 */
export function gamedayPage(
  stack: string,
  regions: readonly string[],
  all: readonly Played[],
): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Causeway game day: ${stack}</title><style>${new Html(stylesheet())}</style></head>
<body><header class="masthead"><p class="brand"><span>Causeway</span></p><p class="tagline">Game day of ${stack}: regions on loopback behind a stand-in for the name servers, with the timing of the plan</p></header>
<main><p class="legend">${regions.map((region, i) => html`<span><i class="swatch served-${i}"></i>answered by ${region}</span>`)}<span><i class="swatch failed"></i>failed</span><span><i class="swatch wrong"></i>answered by a wrong version</span></p>
${all.map((played) => section(regions, played))}</main>
<footer><p>Written by <code>npx tsx lab/gameday/main.ts</code>.</p></footer></body></html>
`.text;
}

function stylesheet(): string {
  return [
    join(__dirname, "..", "..", "cli", "plan", "report", "report.css"),
    join(__dirname, "gameday.css"),
  ]
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
}

function section(regions: readonly string[], played: Played): Html {
  const { scenario, findings } = played;
  return html`<section class="day"><h3>${scenario.name} <span class="badge ${passed(played) ? "good" : "warn"}">${passed(played) ? "held" : "failed"}</span></h3><p>${scenario.text}.</p>
<div class="scroll">${figure(regions, played)}</div><ul>${findings.map(({ text, held }) => html`<li><b class="${held ? "good" : "bad"}">${held ? "held" : "failed"}</b> ${text}</li>`)}</ul></section>`;
}

/**
 * Stacked bars of requests by who answered, and a mark at each change of the names. Exported for
 * tests.
 */
export function figure(
  regions: readonly string[],
  { scenario, observation }: Pick<Played, "scenario" | "observation">,
): Html {
  const { moments, announcements, notes } = observation;
  const x = (second: number) => (second / scenario.seconds) * size.width;
  const most = Math.max(
    1,
    ...moments.map(({ answered, failed }) =>
      Object.values(answered).reduce((sum, count) => sum + count, failed),
    ),
  );
  const plot = size.height - size.top - 20;
  const bars = Array.from({ length: Math.ceil(scenario.seconds / binSeconds) }, (_, bin) => {
    const inBin = moments.slice(bin * binSeconds, (bin + 1) * binSeconds);
    const mean = (of: (moment: (typeof moments)[number]) => number) =>
      inBin.reduce((sum, moment) => sum + of(moment), 0) / Math.max(1, inBin.length);
    const parts = [
      ...regions.map(
        (region, i) => [`served-${i}`, mean(({ answered }) => answered[region] ?? 0)] as const,
      ),
      ["failed", mean(({ failed }) => failed)] as const,
    ];
    let low = 0;
    const rects = parts.map(([name, count]) => {
      const height = (count / most) * plot;
      low += height;
      return (
        count > 0 &&
        html`<rect class="${name}" x="${x(bin * binSeconds).toFixed(1)}" y="${(size.height - 20 - low).toFixed(1)}" width="${(x(binSeconds) - 0.6).toFixed(1)}" height="${height.toFixed(1)}"/>`
      );
    });
    const wrong = mean((moment) => moment.wrong);
    return html`${rects}${wrong > 0 && html`<rect class="wrong" x="${x(bin * binSeconds).toFixed(1)}" y="${size.top - 6}" width="${(x(binSeconds) - 0.6).toFixed(1)}" height="4"/>`}`;
  });
  const marks = [
    ...announcements.map(({ second, region, healthy }) => ({
      second,
      text: `${region} ${healthy ? "named again" : "named no more"}`,
    })),
    ...notes,
  ];
  return html`<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="Requests a second by region over ${scenario.seconds} seconds">${bars}
${marks.map(({ second, text }, i) => html`<line class="mark" x1="${x(second).toFixed(1)}" x2="${x(second).toFixed(1)}" y1="12" y2="${size.height - 20}"/>${(marks.length <= 4 || i === 0) && html`<text x="${Math.min(x(second) + 3, size.width - 190).toFixed(1)}" y="${10 + (i % 2) * 11}">${second} s: ${text}</text>`}`)}
${Array.from({ length: Math.floor(scenario.seconds / 60) + 1 }, (_, minute) => html`<text class="tick" x="${x(minute * 60).toFixed(1)}" y="${size.height - 5}">${minute} min</text>`)}</svg>`;
}
