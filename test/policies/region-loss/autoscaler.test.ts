import fc from "fast-check";
import {
  nodeStartSeconds,
  podStartSeconds,
  scaleUp,
  type Autoscaler,
} from "../../../policies/region-loss/autoscaler";

const autoscaler: Autoscaler = {
  min: 3,
  max: 30,
  requestsPerReplica: 200,
  pollingSeconds: 15,
  growth: { percent: 900, replicas: 10 },
};
const step = (before: number, after: number, at: number) => (second: number) =>
  second < at ? before : after;

it("needs no further replica where the standing ones carry the load", () => {
  expect(scaleUp(autoscaler, step(300, 600, 46), 3)).toEqual({
    standingReplicas: 3,
    neededReplicas: 3,
    carriedAfterSeconds: 0,
  });
});

it("waits for the next look and for the start of a pod, in the room that is kept free", () => {
  // The load doubles at 46 s; the look at 60 s sees half of it in its window of 30 s (15 s of 1200)
  // and orders 900/200, that at 75 s the rest.
  expect(scaleUp(autoscaler, step(600, 1_200, 46), 3)).toEqual({
    standingReplicas: 3,
    neededReplicas: 6,
    carriedAfterSeconds: 75 + podStartSeconds,
  });
});

it("waits for a node too where no room is kept free", () => {
  expect(scaleUp(autoscaler, step(600, 1_200, 46), 0).carriedAfterSeconds).toBe(
    75 + nodeStartSeconds + podStartSeconds,
  );
});

it("grows no faster than the autoscaler may", () => {
  const slow = { ...autoscaler, growth: { percent: 0, replicas: 1 } };
  // One replica at each look from 60 s on: the sixth is ordered at 90 s.
  expect(scaleUp(slow, step(600, 1_200, 46), 3).carriedAfterSeconds).toBe(90 + podStartSeconds);
});

it("never carries what is more than its most replicas take", () => {
  expect(scaleUp({ ...autoscaler, max: 5 }, step(600, 1_200, 46), 3)).toEqual({
    standingReplicas: 3,
    neededReplicas: 6,
    carriedAfterSeconds: Infinity,
  });
});

it("carries sooner or as soon with more room, more standing replicas or a larger step, for every load", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3_000 }),
      fc.integer({ min: 0, max: 3_000 }),
      fc.integer({ min: 0, max: 20 }),
      (own, more, headroom) => {
        const load = step(own, own + more, 46);
        const { carriedAfterSeconds } = scaleUp(autoscaler, load, headroom);
        expect(scaleUp(autoscaler, load, headroom + 1).carriedAfterSeconds).toBeLessThanOrEqual(
          carriedAfterSeconds,
        );
        expect(
          scaleUp({ ...autoscaler, min: autoscaler.min + 1 }, load, headroom).carriedAfterSeconds,
        ).toBeLessThanOrEqual(carriedAfterSeconds);
        expect(Number.isFinite(carriedAfterSeconds)).toBe(
          own + more <= autoscaler.max * autoscaler.requestsPerReplica,
        );
      },
    ),
    { numRuns: 40 },
  );
});
