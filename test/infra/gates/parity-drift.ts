import * as fc from "fast-check";
import { select } from "../../../infra/gates/rule";
import { series } from "../../../infra/gates/series";
import { driftGroup, driftOf, type BinnedFeature } from "../../../infra/observability/drift";
import { scoreFeature } from "../../../services/contract/metrics";
import { contract, counted, samples, version } from "./parity-counts";
import { minimum, sample } from "./parity-drawings";
import type { ParityCase, ParityFamily } from "./parity-family";

/** Drift of each feature and of the score: index, threshold, and whether the alert would wait. */
export function driftFamily(count: number): ParityFamily {
  const names = [...contract.features.map(({ name }) => name), scoreFeature];
  const binned = fc
    .tuple(
      fc.integer({ min: 2, max: 10 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 10, maxLength: 10 }),
      fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 10, maxLength: 10 }),
      fc.integer({ min: 100, max: 30_000 }),
      fc.boolean(),
      // Many rows: the least index decides, not chance.
      fc.constantFrom(1, 1_000),
    )
    .map(([bins, before, moved, referenceRows, same, times]): Omit<BinnedFeature, "feature"> => {
      const weights = before.slice(0, bins);
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      // Where there are many, the mix is near the reference's, on either side of the least index.
      const mix = same ? weights : times > 1 ? weights.map((one, i) => 3 * one + moved[i]!) : moved;
      const counts = mix.slice(0, bins).map((rows) => rows * times);
      if (counts.reduce((sum, rows) => sum + rows, 0) === minimum) counts[0]! += 1;
      return { reference: weights.map((weight) => weight / all), referenceRows, counts };
    });
  const drawn = fc.tuple(...names.map(() => binned));
  const cases = sample(drawn, count).map((list) => {
    const features = list.map((one, i) => ({ feature: names[i]!, ...one }));
    return { inputs: driftSeries(features), expected: driftAnswers(features) };
  });
  return { rules: [driftGroup(contract)], cases };
}

function driftSeries(features: readonly BinnedFeature[]): Record<string, string> {
  const labels = (feature: string, bin?: number) =>
    `model="${contract.name}",version="${version}"${feature === "" ? "" : `,feature="${feature}"`}${bin === undefined ? "" : `,bin="${bin}"`}`;
  return Object.fromEntries(
    features.flatMap(({ feature, reference, referenceRows, counts }) => [
      [`causeway_reference_rows{${labels(feature)}}`, `${referenceRows}+0x${samples}`],
      ...reference.map((before, bin) => [
        feature === scoreFeature
          ? `causeway_reference_score_share{${labels("", bin)}}`
          : `causeway_reference_feature_share{${labels(feature, bin)}}`,
        `${before}+0x${samples}`,
      ]),
      ...counts.map((rows, bin) => [`${series.bins}{${labels(feature, bin)}}`, counted(rows)]),
    ]),
  );
}

function driftAnswers(features: readonly BinnedFeature[]): ParityCase["expected"] {
  return driftOf(contract, features).flatMap(({ feature, index, threshold, rows, drifted }) => {
    const of = (name: Parameters<typeof select>[1]) =>
      `sum(${select(contract, name, { feature, version })})`;
    const far = `${of(series.psi)} > bool ${of(series.psiThreshold)}`;
    const enough = `${of(series.rows)} >= bool ${minimum}`;
    return [
      { query: of(series.psi), result: rows > 0 ? index : undefined },
      { query: of(series.psiThreshold), result: rows > 0 ? threshold : undefined },
      ...(rows > 0 ? [{ query: `(${far}) * (${enough})`, result: drifted ? 1 : 0 }] : []),
    ];
  });
}
