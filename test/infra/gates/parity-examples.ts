import { paces } from "../../../infra/gates/pace";
import { lives, type DrawnVersion } from "./parity-counts";

/** A version that nothing is known of. */
const unknown: DrawnVersion = {
  pods: [],
  unanswered: undefined,
  processes: [],
  scores: { life: "flowing", tenths: Array.from({ length: 10 }, () => 0) },
  held: undefined,
  outcomes: { truePositive: 0, falsePositive: 0, trueNegative: 0, falseNegative: 0 },
  decisions: {},
  groups: {},
  labelsLost: false,
};
const silent = { fine: 0, errors: 0, timed: 0, quick: 0, away: 0 } as const;
const requests = paces.prod.minimumRequests;

/** Versions on trial whose queries have been empty while `evaluate` had a verdict, by what they show. */
export const examples: Readonly<Record<string, DrawnVersion>> = {
  "nothing at all": unknown,
  ...Object.fromEntries(
    (Object.keys(lives) as (keyof typeof lives)[]).flatMap((life) => [
      [
        `eight errors and no other request, ${life}`,
        { ...unknown, pods: [{ ...silent, life, errors: 8 }] },
      ],
      [`800 good requests, ${life}`, { ...unknown, pods: [{ ...silent, life, fine: 800 }] }],
      [
        `eight late answers and no other, ${life}`,
        { ...unknown, pods: [{ ...silent, life, timed: 8 }] },
      ],
      [
        `just enough requests in two lives, one ${life}`,
        {
          ...unknown,
          pods: [
            { ...silent, life, fine: requests - 1 },
            { ...silent, life: "flowing", fine: 1 },
          ],
        },
      ],
      [
        `eight requests that only the proxy answered, ${life}`,
        { ...unknown, unanswered: { life, count: 8 } },
      ],
    ]),
  ),
  "unanswered requests that are not a number, among 20": {
    ...unknown,
    pods: [{ ...silent, life: "flowing", fine: 20 }],
    unanswered: { life: "flowing", count: NaN },
  },
  "answers that are not a number, with a bucket that is": {
    ...unknown,
    pods: [{ ...silent, life: "flowing", timed: NaN, quick: 900 }],
  },
  "a bucket that is not a number, with answers that are": {
    ...unknown,
    pods: [{ ...silent, life: "flowing", timed: 900, quick: NaN }],
  },
};

/** A champion with traffic. */
export const champion: DrawnVersion = {
  ...unknown,
  pods: [{ ...silent, life: "flowing", fine: 2_000, timed: 1_000, quick: 998 }],
  processes: [0],
};
