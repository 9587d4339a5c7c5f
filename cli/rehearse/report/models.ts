import { html, type Html } from "../../plan/report/html";
import { wrongAnswers } from "../../../infra/gates/labels";
import { wilsonInterval } from "../../../infra/observability/performance";
import type { Rehearsal, TrainedModel } from "../result";
import { linear, percent, px, short } from "./scale";

interface Estimate {
  readonly name: string;
  readonly note: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly tone?: string;
}

/** Accuracy of every model where it was measured: held-out rows, windows, trials. */
export function accuracy({ models, windows, trials }: Rehearsal): Html {
  const measured = models.map(({ name, version, refused, evaluation }): Estimate => ({
    name: version ?? "refused",
    note: `${name}, ${evaluation.rows} held-out rows`,
    ...interval(evaluation.metrics["accuracy"]),
    tone: refused ? "fails" : "holds",
  }));
  const before = windows.map(
    ({
      name,
      version,
      rows,
      accuracy: {
        value,
        interval: { low, high },
      },
    }): Estimate => ({
      name: version,
      note: `${name} window, ${rows} labels`,
      value,
      low,
      high,
      tone: "open",
    }),
  );
  const live = trials
    .filter(({ fault }) => fault === undefined)
    .flatMap((trial) => {
      const last = trial.looks[trial.looks.length - 1];
      if (!last) return [];
      return (["champion", "challenger"] as const).map((arm): Estimate => {
        const { events: wrong, trials: all } = wrongAnswers("accuracy", last[arm].counts.outcomes);
        return {
          name: trial[arm],
          note: `${trial.name}: ${arm}, ${all} labels`,
          value: (all - wrong) / all,
          ...wilsonInterval(all - wrong, all),
          tone: arm === "challenger" ? "holds" : "open",
        };
      });
    });
  return html`<div class="three">${dots("On held-out rows, 95% bootstrap", measured)}${dots("In windows, before and after the change", before)}${dots("In trials, at their last look", live)}</div>`;
}

function interval(
  estimate: { readonly value: number; readonly low: number; readonly high: number } | undefined,
): { readonly value: number; readonly low: number; readonly high: number } {
  return estimate ?? { value: NaN, low: NaN, high: NaN };
}

function dots(title: string, rows: readonly Estimate[]): Html {
  const known = rows.filter(({ value }) => Number.isFinite(value));
  const x = linear(Math.min(0.6, ...known.map(({ low }) => low)), 1, 8, 352, 4);
  const height = rows.length * 44 + 26;
  return html`<figure class="plot"><h5>${title}</h5><svg viewBox="0 0 360 ${height}" role="img" aria-label="${title}">${x.ticks.map((tick) => html`<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="0" y2="${height - 22}"/><text x="${px(x(tick))}" y="${height - 6}" text-anchor="middle">${percent(tick, 0)}</text>`)}${known.map(({ name, note, value, low, high, tone = "open" }, i) => html`<text class="label" x="8" y="${i * 44 + 16}"><tspan class="strong">${name}</tspan> ${note}</text><text class="label strong" x="352" y="${i * 44 + 16}" text-anchor="end">${percent(value)}</text><line class="whisker ${tone}" x1="${px(x(low))}" x2="${px(x(high))}" y1="${i * 44 + 29}" y2="${i * 44 + 29}"/><circle class="point ${tone}" cx="${px(x(value))}" cy="${i * 44 + 29}" r="4.5"/>`)}</svg></figure>`;
}

/**
 * Selection rates by group and model, with the line of the four-fifths rule where the contract has
 * it.
 */
export function fairness({ models }: Rehearsal): Html {
  const audited = models.filter(
    (model): model is TrainedModel & { audit: NonNullable<TrainedModel["audit"]> } =>
      model.audit !== undefined,
  );
  return html`<div class="fairness">${audited.map(
    (model) =>
      html`<article class="${model.refused ? "refused-model" : ""}"><header><h4>${model.version ?? model.name}</h4><span class="badge ${model.refused ? "bad" : "good"}">${model.refused ? `refused by ${model.refused.step}` : "passed"}</span></header><p>${model.text}</p>${model.audit.attributes.map(
        (attribute) =>
          groups(
            attribute,
            model.audit.gates.find(
              (gate) => gate.gate === `selection-rate-ratio of ${attribute.attribute}`,
            ),
          ),
      )}<table class="gates"><tbody>${[...model.audit.gates, ...(model.audit.againstChampion?.gates ?? []).filter((gate) => !gate.passed)].map(({ gate, value, min, max, passed, outcome }) => html`<tr><th scope="row">${gate.replaceAll("-", " ")} <em>${min === undefined ? `at most ${short(max ?? NaN)}` : `at least ${short(min)}`}</em></th><td>${value === null ? "unknown" : value.toFixed(3)}</td><td><b class="${passed ? "good" : outcome === "not shown" ? "warn" : "bad"}">${passed ? "holds" : outcome === "not shown" ? outcome : "fails"}</b></td></tr>`)}</tbody></table></article>`,
  )}</div>`;
}

type Attribute = NonNullable<TrainedModel["audit"]>["attributes"][number];

function groups(
  { attribute, groups: list }: Attribute,
  gate: { readonly min?: number | undefined } | undefined,
): Html {
  const x = linear(0.4, 1, 74, 250, 3);
  const height = list.length * 22 + 22;
  const highest = Math.max(
    ...list.filter(({ judged }) => judged).map(({ selectionRate }) => selectionRate ?? 0),
  );
  const line = gate?.min === undefined ? undefined : gate.min * highest;
  return html`<svg viewBox="0 0 290 ${height}" role="img" aria-label="Selection rates by ${attribute}">${x.ticks.map((tick) => html`<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="0" y2="${height - 20}"/><text x="${px(x(tick))}" y="${height - 6}" text-anchor="middle">${percent(tick, 0)}</text>`)}${line !== undefined && html`<line class="bound" x1="${px(x(line))}" x2="${px(x(line))}" y1="0" y2="${height - 20}"/>`}${list.map(
    ({ group, judged, selectionRate: rate, selectionRateLow, selectionRateHigh }, i) => {
      if (rate === null)
        return html`<text x="66" y="${i * 22 + 15}" text-anchor="end">${group}</text><text class="strong" x="288" y="${i * 22 + 15}" text-anchor="end">no rows</text>`;
      const selectionRate = rate;
      const tone = !judged
        ? "open"
        : line !== undefined && selectionRate < line
          ? "fails"
          : "holds";
      return html`<text x="66" y="${i * 22 + 15}" text-anchor="end">${group}</text><line class="whisker ${tone}" x1="${px(x(selectionRateLow ?? selectionRate))}" x2="${px(x(selectionRateHigh ?? selectionRate))}" y1="${i * 22 + 11}" y2="${i * 22 + 11}"/><circle class="point ${tone}" cx="${px(x(selectionRate))}" cy="${i * 22 + 11}" r="4"/><text class="strong" x="288" y="${i * 22 + 15}" text-anchor="end">${percent(selectionRate, 0)}</text>`;
    },
  )}</svg>`;
}

/** What drives the models, overall and for one application, first and last version. */
export function explanations({ models, explanations: single }: Rehearsal): Html {
  const explained = models.filter((model) => model.explanation !== undefined && !model.refused);
  const most = Math.max(
    0.01,
    ...explained.flatMap(
      (model) => model.explanation?.importance.map(({ meanAbsolute }) => meanAbsolute) ?? [],
    ),
  );
  const order = [
    ...new Set(
      explained.flatMap(
        (model) => model.explanation?.importance.slice(0, 6).map(({ feature }) => feature) ?? [],
      ),
    ),
  ];
  const x = linear(0, most, 90, 470, 4);
  const height = order.length * (8 + explained.length * 9) + 26;
  const bars = order.map(
    (feature, i) =>
      html`<text x="82" y="${i * (8 + explained.length * 9) + 4 + explained.length * 5}" text-anchor="end">${feature}</text>${explained.map((model, j) => html`<rect class="version-${j % 3}" x="90" y="${i * (8 + explained.length * 9) + j * 9}" height="7.500" rx="2" width="${px(x(model.explanation?.importance.find((one) => one.feature === feature)?.meanAbsolute ?? 0) - 90)}"/>`)}`,
  );
  return html`<div class="pair"><figure class="plot"><h5>Mean absolute Shapley value, log-odds</h5><svg viewBox="0 0 480 ${height}" role="img" aria-label="Global explanations">${x.ticks.map((tick) => html`<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="0" y2="${height - 22}"/><text x="${px(x(tick))}" y="${height - 6}" text-anchor="middle">${short(tick)}</text>`)}${bars}</svg><figcaption>${explained.map((model, j) => html`<i class="swatch version-${j % 3}"></i>${model.version ?? model.name} `)}</figcaption></figure>${waterfall(single)}</div>`;
}

function waterfall(single: Rehearsal["explanations"]): Html {
  const names = (single[0]?.contributions ?? []).slice(0, 8).map(({ feature }) => feature);
  const of = (i: number, feature: string) =>
    single[i]?.contributions.find((one) => one.feature === feature)?.contribution ?? 0;
  const reach = Math.max(
    0.01,
    ...names.flatMap((feature) => single.map((_, i) => Math.abs(of(i, feature)))),
  );
  const x = linear(-reach, reach, 90, 470, 4);
  const step = 8 + single.length * 9;
  return html`<figure class="plot"><h5>One application, as the servers explain it</h5><svg viewBox="0 0 480 ${names.length * step + 26}" role="img" aria-label="Contributions to one score">${x.ticks.map((tick) => html`<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="0" y2="${names.length * step + 4}"/><text x="${px(x(tick))}" y="${names.length * step + 20}" text-anchor="middle">${short(tick)}</text>`)}${names.map((feature, i) => html`<text x="82" y="${i * step + 4 + single.length * 5}" text-anchor="end">${feature}</text>${single.map((_, j) => html`<rect class="${of(j, feature) < 0 ? "against" : "for"} faded-${j}" x="${px(Math.min(x(0), x(of(j, feature))))}" y="${i * step + j * 9}" height="7.500" rx="2" width="${px(Math.abs(x(of(j, feature)) - x(0)))}"/>`)}`)}</svg><figcaption>${single.map(({ version, label, score }, j) => html`${j === 0 ? "Before, above" : "After, below"}: ${version} says ${label}, ${percent(score)}. `)}Red speaks against approval, green for it.</figcaption></figure>`;
}
