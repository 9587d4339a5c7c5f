import { psiThreshold } from "../../../../infra/gates/statistics";
import { counter, gauge, randoms, small, type GroupName, type Scenario } from "./scenario";

const model = small.name;
const groups: readonly GroupName[] = ["rates", "drift"];
const referenceRows = 1_400;
const deciles = Array.from({ length: 10 }, () => 0.1);
const bins = {
  obrat: { names: ["10", "15", "20", "25", "30", "35", "40", "45", "50", "+Inf"], shares: deciles },
  cons: { names: ["1", "2", "3", "4", "5", "6"], shares: [0.55, 0.2, 0.1, 0.08, 0.04, 0.03] },
  score: {
    names: ["0.5", "0.6", "0.7", "0.8", "0.85", "0.9", "0.93", "0.95", "0.98", "+Inf"],
    shares: deciles,
  },
} as const;
type Of = keyof typeof bins;

const labels = (version: string, of: Of, bin?: string) =>
  `{model="${model}",version="${version}"${of === "score" && bin !== undefined ? "" : `,feature="${of}"`}${bin === undefined ? "" : `,bin="${bin}"`}}`;
const family = (of: Of, kind: "reference" | "count") =>
  kind === "count"
    ? of === "score"
      ? "causeway_score_bin_total"
      : "causeway_feature_bin_total"
    : `causeway_reference_${of === "score" ? "score" : "feature"}_share`;

function reference(version: string, minutes: number): Record<string, string> {
  const all = Object.entries(bins) as [Of, (typeof bins)[Of]][];
  return Object.fromEntries(
    all.flatMap(([of, { names, shares }]) => [
      [`causeway_reference_rows${labels(version, of)}`, gauge([minutes, referenceRows])] as const,
      ...names.map(
        (bin, i) =>
          [
            `${family(of, "reference")}${labels(version, of, bin)}`,
            gauge([minutes, shares[i]!]),
          ] as const,
      ),
    ]),
  );
}

interface Piece {
  readonly minutes: number;
  readonly rows: number;
  /** Shares that differ from the reference. */
  readonly shares?: Partial<Record<Of, readonly number[]>>;
  readonly restarts?: boolean;
}

/** Rows drawn at random, minute by minute, as the counters of one server show them. */
function drawn(version: string, seed: number, pieces: readonly Piece[]): Record<string, string> {
  const random = randoms(seed);
  const all = Object.entries(bins) as [Of, (typeof bins)[Of]][];
  return Object.fromEntries(
    all.flatMap(([of, { names, shares }]) => {
      let counts: number[] = names.map(() => 0);
      const history = names.map((): number[] => []);
      for (const piece of pieces) {
        if (piece.restarts) counts = names.map(() => 0);
        for (let minute = 0; minute < piece.minutes; minute += 1) {
          for (let row = 0; row < piece.rows; row += 1) {
            let [draw, bin] = [random(), 0];
            const now = piece.shares?.[of] ?? shares;
            while (bin < now.length - 1 && draw >= now[bin]!) draw -= now[bin++]!;
            counts[bin]! += 1;
          }
          counts.forEach((count, i) => history[i]!.push(count));
        }
      }
      return names.map(
        (bin, i) =>
          [`${family(of, "count")}${labels(version, of, bin)}`, history[i]!.join(" ")] as const,
      );
    }),
  );
}

/** The same rows each minute: those of the reference but for one feature. */
const steady = (minutes: number, perMinute: number, obrat: readonly number[]) =>
  Object.fromEntries(
    (Object.keys(bins) as Of[]).flatMap((of) =>
      bins[of].names.map((bin, i) => [
        `${family(of, "count")}${labels("1.0.0", of, bin)}`,
        counter([minutes, Math.round((of === "obrat" ? obrat : bins[of].shares)[i]! * perMinute)]),
      ]),
    ),
  );
// Indexes of 0.021 and 0.059.
const harmless = deciles.map((share, i) => share + (i < 5 ? -0.0145 : 0.0145));
const notable = deciles.map((share, i) => share + (i < 5 ? -0.024 : 0.024));
const shifted = { obrat: [0.05, 0.05, 0.05, 0.05, 0.05, 0.1, 0.1, 0.15, 0.2, 0.2] };
const rows = (of: Of) => `{feature="${of}",model="${model}",version="1.0.0"}`;
const allOf = (value: number) =>
  Object.fromEntries((Object.keys(bins) as Of[]).map((of) => [rows(of), value]));
const tail = small.drift.significance / 3;

/** What drift makes of predictions; the window is an hour. */
export const driftScenarios: readonly Scenario[] = [
  ...[1, 2, 3, 4, 5].map((seed): Scenario => ({
    title: `drift: none in five hours of clean rows (sample ${seed})`,
    groups,
    inputs: { ...reference("1.0.0", 300), ...drawn("1.0.0", seed, [{ minutes: 300, rows: 12 }]) },
    firing: { 60: [], 120: [], 180: [], 240: [], 299: [] },
  })),
  {
    title: "drift: the threshold is that of the window's own rows and bins",
    groups,
    inputs: {
      ...reference("1.0.0", 120),
      ...Object.fromEntries(
        Object.entries(bins).flatMap(([of, { names, shares }]) =>
          names.map((bin, i) => [
            `${family(of as Of, "count")}${labels("1.0.0", of as Of, bin)}`,
            counter([120, shares[i]! * 10]),
          ]),
        ),
      ),
    },
    values: [
      {
        minute: 100,
        expr: "round(causeway:rows:window)",
        samples: Object.fromEntries((Object.keys(bins) as Of[]).map((of) => [rows(of), 600])),
      },
      ...(Object.keys(bins) as Of[]).map((of) => ({
        minute: 100,
        expr: `abs(causeway:psi_threshold:window{feature="${of}"} / ${psiThreshold(tail, bins[of].names.length, 600, referenceRows)} - 1) < bool 0.00001`,
        samples: { [rows(of)]: 1 },
      })),
      { minute: 100, expr: "max(causeway:psi:window) < bool 0.0001", samples: { "{}": 1 } },
    ],
  },
  {
    title: "drift: a step in one feature is told of this feature alone",
    covers: ["drift: step change"],
    groups,
    inputs: {
      ...reference("1.0.0", 240),
      ...drawn("1.0.0", 11, [
        { minutes: 120, rows: 12 },
        { minutes: 120, rows: 12, shares: shifted },
      ]),
    },
    firing: { 119: [], 200: ["CausewayFeatureDrift"] },
    values: [
      {
        minute: 200,
        expr: 'group by (feature, severity, retraining) (ALERTS{alertstate="firing"})',
        samples: { '{feature="obrat",severity="warning",retraining="candidate"}': 1 },
      },
    ],
  },
  {
    title: "drift: a step in the score is told as such",
    covers: ["score: step change"],
    groups,
    inputs: {
      ...reference("1.0.0", 240),
      ...drawn("1.0.0", 12, [
        { minutes: 120, rows: 12 },
        { minutes: 120, rows: 12, shares: { score: shifted.obrat } },
      ]),
    },
    firing: { 119: [], 200: ["CausewayScoreDrift"] },
  },
  {
    title: "drift: a harmless difference is none, however many rows show it",
    groups,
    inputs: { ...reference("1.0.0", 240), ...steady(240, 10_000, harmless) },
    firing: { 119: [], 239: [] },
    values: [
      {
        minute: 200,
        expr: 'causeway:psi:window{feature="obrat"} > bool 0.02',
        samples: { [rows("obrat")]: 1 },
      },
      { minute: 200, expr: "causeway:psi_threshold:window == bool 0.04", samples: allOf(1) },
    ],
  },
  {
    title: "drift: a difference above the least index is told, with many rows too",
    groups,
    inputs: { ...reference("1.0.0", 240), ...steady(240, 10_000, notable) },
    firing: { 239: ["CausewayFeatureDrift"] },
  },
  {
    title: "drift: too few rows are not judged, however they are spread",
    covers: ["drift: small n", "score: small n", "drift: low traffic", "score: low traffic"],
    groups,
    inputs: {
      ...reference("1.0.0", 240),
      ...drawn("1.0.0", 13, [{ minutes: 240, rows: 3, shares: shifted }]),
    },
    firing: { 100: [], 239: [] },
  },
  {
    title: "drift: a restart of the server is none",
    covers: ["drift: counter reset", "score: counter reset"],
    groups,
    inputs: {
      ...reference("1.0.0", 240),
      ...drawn("1.0.0", 14, [
        { minutes: 120, rows: 12 },
        { minutes: 120, rows: 12, restarts: true },
      ]),
    },
    firing: { 119: [], 125: [], 150: [], 239: [] },
  },
  {
    title: "drift: no rows at all are none",
    covers: ["drift: no data", "score: no data"],
    groups,
    inputs: { ...reference("1.0.0", 240), ...drawn("1.0.0", 15, [{ minutes: 240, rows: 0 }]) },
    firing: { 100: [], 239: [] },
    values: [{ minute: 200, expr: "causeway:psi:window", samples: {} }],
  },
  {
    title: "drift: rows that come in tides, of one mix, are none",
    covers: ["drift: seasonality", "score: seasonality"],
    groups,
    inputs: {
      ...reference("1.0.0", 360),
      ...drawn(
        "1.0.0",
        18,
        [24, 4, 24, 4, 24, 4].map((count) => ({ minutes: 60, rows: count })),
      ),
    },
    firing: { 60: [], 119: [], 180: [], 239: [], 300: [], 359: [] },
  },
  {
    title: "drift: a version is compared with its own reference, not with that of another",
    groups,
    inputs: {
      ...reference("1.0.0", 240),
      ...reference("2.0.0", 240),
      ...drawn("1.0.0", 16, [{ minutes: 240, rows: 12 }]),
      ...drawn("2.0.0", 17, [{ minutes: 240, rows: 12, shares: shifted }]),
    },
    values: [
      {
        minute: 200,
        expr: 'group by (feature, version) (ALERTS{alertstate="firing"})',
        samples: { '{feature="obrat",version="2.0.0"}': 1 },
      },
    ],
  },
];
