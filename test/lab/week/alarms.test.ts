import fc from "fast-check";
import {
  Activity,
  detectionDelay,
  falseAlarmsPerWeek,
  shareFiring,
  type Alarm,
} from "../../../lab/week/alarms";

const minute = 60_000;
const alarm = (from: number, to?: number): Alarm => ({
  labels: {},
  from: from * minute,
  ...(to !== undefined && { to: to * minute }),
});
const series = (labels: Record<string, string>, ...minutes: number[]) => ({
  labels,
  times: minutes.map((at) => at * minute),
  values: minutes.map(() => 1),
});
const range = (from: number, to: number, step = 2) =>
  Array.from({ length: (to - from) / step }, (_, i) => from + i * step);

describe("an alert with a wait", () => {
  test("fires once its expression has held for as long, and ends at the first evaluation without a result", () => {
    const activity = new Activity(600, 120);
    activity.add([series({ feature: "hrat" }, ...range(20, 60))], 0, 100 * minute);
    expect(activity.alarms()).toEqual([
      { labels: { feature: "hrat" }, from: 30 * minute, to: 60 * minute },
    ]);
  });

  test("starts its wait anew after one evaluation without a result", () => {
    const activity = new Activity(600, 120);
    activity.add([series({}, ...range(20, 30), ...range(32, 60))], 0, 100 * minute);
    expect(activity.alarms()).toEqual([{ labels: {}, from: 42 * minute, to: 60 * minute }]);
  });

  test("fires at once when it has no wait", () => {
    const activity = new Activity(0, 120);
    activity.add([series({}, 20)], 0, 100 * minute);
    expect(activity.alarms()).toEqual([{ labels: {}, from: 20 * minute, to: 22 * minute }]);
  });

  test("waits and fires across the end of a stretch", () => {
    const activity = new Activity(600, 120);
    activity.add([series({}, ...range(94, 100))], 0, 100 * minute);
    expect(activity.alarms()).toEqual([]);
    activity.add([series({}, ...range(100, 150))], 100 * minute, 200 * minute);
    activity.add([], 200 * minute, 300 * minute);
    expect(activity.alarms()).toEqual([{ labels: {}, from: 104 * minute, to: 150 * minute }]);
  });

  test("is one alarm for each set of labels, open while it fires", () => {
    const activity = new Activity(0, 120);
    activity.add(
      [series({ feature: "a" }, ...range(90, 100)), series({ feature: "b" }, ...range(96, 100))],
      0,
      100 * minute,
    );
    expect(activity.alarms()).toEqual([
      { labels: { feature: "a" }, from: 90 * minute },
      { labels: { feature: "b" }, from: 96 * minute },
    ]);
  });

  test("is the same however time is cut into stretches", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
        fc.integer({ min: 1, max: 19 }),
        (on, cut) => {
          const minutes = on.flatMap((is, i) => (is ? [i * 2] : []));
          const [whole, parts] = [new Activity(360, 120), new Activity(360, 120)];
          whole.add([series({}, ...minutes)], 0, 40 * minute);
          const within = (from: number, to: number) => {
            const some = minutes.filter((at) => at >= from && at < to);
            return some.length === 0 ? [] : [series({}, ...some)];
          };
          parts.add(within(0, cut * 2), 0, cut * 2 * minute);
          parts.add(within(cut * 2, 40), cut * 2 * minute, 40 * minute);
          expect(parts.alarms()).toEqual(whole.alarms());
        },
      ),
    );
  });
});

describe("the delay of a detection", () => {
  test("is the minutes to the first alarm within the event", () => {
    expect(detectionDelay([alarm(250, 260), alarm(130, 140)], 100 * minute, 300 * minute)).toBe(30);
  });

  test("is none when nothing fires, or only before and after the event", () => {
    expect(detectionDelay([], 100 * minute, 300 * minute)).toBeUndefined();
    expect(
      detectionDelay([alarm(90, 200), alarm(300, 310)], 100 * minute, 300 * minute),
    ).toBeUndefined();
  });
});

describe("false alarms", () => {
  const week = 7 * 1_440;

  test("are those that begin in the clean stretch, for each week of it", () => {
    expect(
      falseAlarmsPerWeek(
        [alarm(-5, 10), alarm(10, 20), alarm(30, 40), alarm(2 * week, 2 * week + 1)],
        0,
        2 * week * minute,
      ),
    ).toBe(1);
    expect(falseAlarmsPerWeek([alarm(10, 20)], 0, (week / 7) * minute)).toBe(7);
  });

  test("fire for a share of the stretch in which overlapping ones count once, and an open one to its end", () => {
    expect(shareFiring([alarm(-10, 10), alarm(5, 20), alarm(90)], 0, 100 * minute)).toBeCloseTo(
      0.3,
      12,
    );
    expect(shareFiring([], 0, 100 * minute)).toBe(0);
  });

  test("need a stretch", () => {
    expect(() => falseAlarmsPerWeek([], 5, 5)).toThrow(
      "clean stretch: got 5 to 5, allowed: an end after the start",
    );
  });
});
