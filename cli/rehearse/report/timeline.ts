import { html, type Html } from "../../plan/report/html";
import type { Chapter, Rehearsal } from "../result";
import { linear, px } from "./scale";

/** What happened when, and which version was in use. */
export function timeline({ chapters, seconds }: Rehearsal): Html {
  const x = linear(0, seconds, 0, 1000, 8);
  return html`<figure class="timeline"><ol>${chapters.map((chapter, i) => row(chapter, i, x))}</ol>
<div class="in-use"><span>In use</span><svg viewBox="0 0 1000 34" preserveAspectRatio="none" aria-hidden="true">${segments(chapters, seconds).map(({ from, to, index }) => html`<rect class="version-${index % 3}" x="${px(x(from))}" y="4" width="${px(Math.max(2, x(to) - x(from) - 2))}" height="26" rx="4"/>`)}</svg><p>${segments(chapters, seconds).map(({ from, to, version }) => html`<b style="left:${px(x((from + to) / 2) / 10)}%">${version}</b>`)}</p></div>
<div class="axis"><span></span><p>${x.ticks.map((tick) => html`<i style="left:${px(x(tick) / 10)}%">${tick} s</i>`)}</p></div></figure>`;
}

function row(
  { title, kind, from, to, outcome, tone }: Chapter,
  i: number,
  x: (value: number) => number,
): Html {
  return html`<li><span class="title"><em>${i + 1}</em>${title}</span><svg viewBox="0 0 1000 16" preserveAspectRatio="none" role="img" aria-label="${from.toFixed(1)} to ${to.toFixed(1)} seconds"><rect class="lane-line" x="0" y="7.5" width="1000" height="1"/><rect class="kind-${kind}" x="${px(x(from))}" y="2" width="${px(Math.max(4, x(to) - x(from)))}" height="12" rx="3"/></svg><span class="outcome ${tone}">${outcome}</span></li>`;
}

function segments(
  chapters: readonly Chapter[],
  seconds: number,
): { version: string; from: number; to: number; index: number }[] {
  const found: { version: string; from: number; to: number; index: number }[] = [];
  for (const { inUse, to } of chapters) {
    const last = found[found.length - 1];
    if (inUse === undefined || last?.version === inUse) continue;
    if (last) last.to = to;
    found.push({ version: inUse, from: to, to: seconds, index: found.length });
  }
  return found;
}
