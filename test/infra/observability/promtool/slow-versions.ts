import { latencyShares } from "../../../../infra/gates/requests";
import { waldEvidence } from "../../../../infra/gates/sequential";
import { counter, type Scenario } from "./scenario";
import {
  answered,
  boundary,
  contract,
  groups,
  hash,
  is,
  proof,
  query,
  stepMinutes,
  timed,
} from "./gates";
/** Of 20 requests a minute of a version on trial and 200 of the champion, so many turned away. */
const turnedAway = (trial: number, champion: number) =>
  Object.fromEntries(
    [
      [hash, 20, trial],
      ["stable", 200, champion],
    ].flatMap(([of, all, away]) => {
      const quick = Number(all) - Number(away);
      return [
        [answered(`${of}`, "200", `${of}`), counter([121, quick])],
        [timed(`${of}`, "count", `${of}`), counter([121, quick])],
        [timed(`${of}`, "bucket", `${of}`), counter([121, quick])],
        ...(away === 0
          ? []
          : [
              [
                answered(`${of}`, "503", `${of}`, "server.overloaded"),
                counter([121, Number(away)]),
              ],
            ]),
      ];
    }),
  );

/** What the gate on latency makes of versions that are slow, or turn requests away. */
export const slowVersionScenarios: readonly Scenario[] = [
  {
    title: "gates: a slow version is refused only if the champion is not as slow",
    groups,
    contract,
    stepMinutes,
    inputs: Object.fromEntries(
      [
        [hash, 20, 14],
        ["stable", 200, 200],
      ].flatMap(([of, all, quick]) => [
        [timed(`${of}`, "count", `${of}`), counter([121, Number(all)])],
        [timed(`${of}`, "bucket", `${of}`), counter([121, Number(quick)])],
      ]),
    ),
    values: [
      is(18, proof("latency"), waldEvidence(latencyShares, 108 * 6, 108 * 20)),
      { minute: 18, expr: `(${query("latency")}) >= bool ${boundary}`, samples: { "{}": 1 } },
    ],
  },
  {
    title: "gates: a machine that slows both versions refuses neither",
    groups,
    contract,
    stepMinutes,
    inputs: Object.fromEntries(
      [
        [hash, 20, 14],
        ["stable", 200, 140],
      ].flatMap(([of, all, quick]) => [
        [timed(`${of}`, "count", `${of}`), counter([121, Number(all)])],
        [timed(`${of}`, "bucket", `${of}`), counter([121, Number(quick)])],
      ]),
    ),
    values: [
      { minute: 18, expr: `(${query("latency")}) < bool 0`, samples: { "{}": 1 } },
      { minute: 18, expr: `(${proof("latency")}) >= bool ${boundary}`, samples: { "{}": 1 } },
    ],
  },
  {
    title: "gates: requests that both versions turn away, as callers send too many, refuse neither",
    groups,
    contract,
    stepMinutes,
    inputs: turnedAway(6, 60),
    values: [
      { minute: 18, expr: `(${query("latency")}) < bool 0`, samples: { "{}": 1 } },
      { minute: 18, expr: `(${query("errors")}) < bool 0`, samples: { "{}": 1 } },
    ],
  },
  {
    title: "gates: a version that turns requests away and the champion none is refused as slow",
    groups,
    contract,
    stepMinutes,
    inputs: turnedAway(6, 0),
    values: [
      { minute: 18, expr: `(${query("latency")}) >= bool ${boundary}`, samples: { "{}": 1 } },
      { minute: 18, expr: `(${query("errors")}) < bool 0`, samples: { "{}": 1 } },
    ],
  },
];
