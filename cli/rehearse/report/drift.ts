import { html, number, type Html } from "../../plan/report/html";
import type { DriftWindow, Rehearsal } from "../result";
import { logarithmic, px, short } from "./scale";

const size = { width: 1120, row: 24, left: 92, right: 1010, top: 26 };

/**
 * Stability index of each feature in each window, against the threshold for the window's own number
 * of rows.
 */
export function drift({ windows, limits, shift }: Rehearsal): Html {
  const measured = windows.map(({ drift: found, ...window }) => ({
    ...window,
    drift: found.filter(({ enough }) => enough),
  }));
  const last = measured[measured.length - 1];
  if (!last || last.drift.length === 0)
    return html`<p class="reason">Too few requests in the windows to judge drift.</p>`;
  const order = [...last.drift]
    .sort((a, b) => b.index / b.threshold - a.index / a.threshold)
    .map(({ feature }) => feature);
  const all = measured.flatMap((window) =>
    window.drift.flatMap(({ index, threshold }) => [index, threshold]),
  );
  const x = logarithmic(
    Math.max(1e-4, Math.min(...all) * 0.8),
    Math.max(...all) * 1.3,
    size.left,
    size.right,
  );
  const height = size.top + order.length * size.row + 26;
  const ticks = x.ticks.map(
    (tick) =>
      html`<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="${size.top - 8}" y2="${height - 24}"/><text x="${px(x(tick))}" y="${height - 8}" text-anchor="middle">${tick}</text>`,
  );
  const habit = html`<line class="habit" x1="${px(x(0.1))}" x2="${px(x(0.1))}" y1="${size.top - 8}" y2="${height - 24}"/><text class="habit-text" x="${px(x(0.1) + 6)}" y="${size.top - 12}">the usual fixed 0.1</text>`;
  const rows = order.map((feature, i) => row(feature, size.top + i * size.row + 9, measured, x));
  return html`<figure class="drift"><svg viewBox="0 0 ${size.width} ${height}" role="img" aria-label="Stability index by feature and window">${ticks}${habit}${rows}</svg>
<figcaption>${measured.map((window, i) => html`<i class="swatch window-${i}"></i>${window.name}, ${number(window.rows)} applications `)}<span class="tick-key"></span>threshold for the window's own rows and the feature's own bins, at ${limits.driftSignificance} over all ${order.length} together (Bonferroni), as the alerts of the cluster have it. ${shift?.text ?? ""}</figcaption></figure>`;
}

function row(
  feature: string,
  y: number,
  windows: readonly DriftWindow[],
  x: ReturnType<typeof logarithmic>,
): Html {
  const marks = windows.map((window, i) => {
    const found = window.drift.find((one) => one.feature === feature);
    if (!found) return html``;
    const [a, b] = [x(found.index), x(found.threshold)];
    return html`${i === windows.length - 1 && html`<line class="reach ${found.drifted ? "drifted" : ""}" x1="${px(Math.min(a, b))}" x2="${px(Math.max(a, b))}" y1="${y}" y2="${y}"/><text class="${found.drifted ? "drifted" : ""}" x="${size.width}" y="${y + 4}" text-anchor="end">${short(found.index)}${found.drifted ? " drifted" : ""}</text>`}<line class="threshold window-line-${i}" x1="${px(b)}" x2="${px(b)}" y1="${y - 7}" y2="${y + 7}"/><circle class="window-${i}" cx="${px(a)}" cy="${y}" r="${6.5 - 2 * i}"><title>${feature}, ${window.name}: ${short(found.index)}, threshold ${short(found.threshold)}</title></circle>`;
  });
  return html`<text class="feature" x="${size.left - 12}" y="${y + 4}" text-anchor="end">${feature}</text>${marks}`;
}
