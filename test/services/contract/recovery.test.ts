import fc from "fast-check";
import {
  callerRetrySeconds,
  recoveryBudget,
  recoveryProblems,
  rerouteSeconds,
} from "../../../services/contract/recovery";
import { duration } from "../../../services/contract/units";

const timing = fc.record({
  checkIntervalSeconds: fc.constantFrom(10, 30),
  failureThreshold: fc.integer({ min: 1, max: 10 }),
});

it("adds up the parts of prod's budget in their order", () => {
  const { parts, totalSeconds } = recoveryBudget({ checkIntervalSeconds: 10, failureThreshold: 3 });
  expect(parts.map((part) => [part.name, part.seconds])).toEqual([
    ["detection", 30],
    ["check timeout", 6],
    ["aggregation", 10],
    ["name cache", 60],
    ["drain", 20],
    ["caller retry", 10],
  ]);
  expect(totalSeconds).toBe(136);
});

it("totals its parts, none of them negative, for every timing", () => {
  fc.assert(
    fc.property(timing, (given) => {
      const { parts, totalSeconds } = recoveryBudget(given);
      expect(parts.every((part) => part.seconds >= 0)).toBe(true);
      expect(totalSeconds).toBe(parts.reduce((sum, part) => sum + part.seconds, 0));
    }),
  );
});

it("grows by one interval with each further check", () => {
  fc.assert(
    fc.property(timing, (given) => {
      const more = recoveryBudget({ ...given, failureThreshold: given.failureThreshold + 1 });
      expect(more.totalSeconds - recoveryBudget(given).totalSeconds).toBe(
        given.checkIntervalSeconds,
      );
    }),
  );
});

it("reroutes by what precedes the name cache: after that, resolvers, open requests and callers take their time", () => {
  expect(rerouteSeconds({ checkIntervalSeconds: 10, failureThreshold: 3 })).toBe(46);
  fc.assert(
    fc.property(timing, fc.nat(600), fc.nat(600), (given, ttlSeconds, drainSeconds) => {
      const all = recoveryBudget({ ...given, ttlSeconds, drainSeconds }).totalSeconds;
      expect(rerouteSeconds({ ...given, ttlSeconds, drainSeconds })).toBe(
        all - ttlSeconds - drainSeconds - callerRetrySeconds,
      );
    }),
  );
});

it("has a problem exactly when the budget exceeds the objective", () => {
  fc.assert(
    fc.property(timing, fc.integer({ min: 1, max: 600 }), (given, objective) => {
      const problems = recoveryProblems({
        recovery: { ...given, rto: duration.parse(`${objective} seconds`) },
      });
      expect(problems.length).toBe(recoveryBudget(given).totalSeconds > objective ? 1 : 0);
    }),
  );
});

it("says what is needed, of what it is made, and what to change", () => {
  expect(
    recoveryProblems({
      recovery: { rto: duration.parse("2 minutes"), checkIntervalSeconds: 10, failureThreshold: 3 },
    }),
  ).toEqual([
    {
      key: "recovery.rto",
      got: "2 minutes",
      allowed:
        "at least 136 seconds (detection 30 s, check timeout 6 s, aggregation 10 s, name cache 60 s, drain 20 s, caller retry 10 s); or lower recovery.checkIntervalSeconds or recovery.failureThreshold",
    },
  ]);
});

it("has nothing to say where no recovery is declared", () => {
  expect(recoveryProblems({})).toEqual([]);
});
