import fc from "fast-check";
import { digest, imageDigest } from "../../../services/contract/digests";
import {
  cpuQuantity,
  days,
  duration,
  durationText,
  label,
  latency,
  latencyText,
  memoryQuantity,
  millicores,
  semanticVersion,
  share,
} from "../../../services/contract/units";

const durationPattern =
  /^([1-9]\d{0,9}(\.\d{1,3})? seconds?|[1-9]\d{0,7}(\.\d{1,4})? minutes?|[1-9]\d{0,5}(\.\d{1,5})? hours?|[1-9]\d{0,4}(\.\d{1,5})? days?)$/;
const latencyPattern = new RegExp(
  `^([1-9]\\d{0,8} milliseconds|${durationPattern.source.slice(2, -2)})$`,
);

describe("a length of time", () => {
  it.each([
    ["1 second", 1],
    ["90 seconds", 90],
    ["5 minutes", 300],
    ["1.5 hours", 5_400],
    ["183 days", 15_811_200],
    ["1.1 days", 95_040],
    ["1.001 seconds", 1.001],
    ["99999.99999 days", 8_639_999_999.136],
  ])("%s is %d seconds", (text, expected) => {
    expect(duration.parse(text)).toBe(expected);
  });

  it.each([
    "",
    "5",
    "minutes",
    "5 min",
    "5minutes",
    "0 minutes",
    "-1 hours",
    "05 minutes",
    "5  minutes",
    "1.5.5 hours",
    "5 Minutes",
    "5 minutes ",
    "1e3 seconds",
    "2 weeks",
    "1.0001 seconds",
    "1.00001 minutes",
    "1.000001 days",
    "100000 days",
    `${"9".repeat(400)} days`,
    `1.${"1".repeat(400)} days`,
  ])("is not %j", (text) => {
    expect(duration.safeParse(text).success).toBe(false);
  });

  it("has a positive number of seconds wherever it is accepted", () => {
    const texts = fc.oneof(
      fc.string(),
      fc
        .tuple(
          fc.integer({ min: -5, max: 10_000 }),
          fc.constantFrom("second", "seconds", "minutes", "hours", "day", "days", "weeks"),
        )
        .map((parts) => parts.join(" ")),
    );
    fc.assert(fc.property(texts, (text) => (duration.safeParse(text).data ?? 1) > 0));
  });

  it.each([
    ["1 second", "1 second"],
    ["300 seconds", "5 minutes"],
    ["1.5 hours", "90 minutes"],
    ["36 hours", "36 hours"],
    ["24 hours", "1 day"],
    ["1.25 seconds", "1.25 seconds"],
    ["8640000000 seconds", "8640000000 seconds"],
  ])("%s is written as %s", (text, expected) => {
    expect(durationText(duration.parse(text))).toBe(expected);
  });

  it("is a whole number of milliseconds, and the same when read again from what is written", () => {
    fc.assert(
      fc.property(fc.stringMatching(durationPattern), (text) => {
        const length = duration.parse(text);
        expect(length).toBe(Math.round(length * 1_000) / 1_000);
        expect(duration.parse(durationText(length))).toBe(length);
      }),
    );
  });

  it.each([
    ["183 days", 183],
    ["36 hours", 2],
    ["1 second", 1],
  ])("%s is %d whole days of storage", (text, expected) => {
    expect(days(duration.parse(text))).toBe(expected);
  });
});

describe("a latency", () => {
  it.each([
    ["100 milliseconds", 100],
    ["2 seconds", 2_000],
    ["1.5 seconds", 1_500],
  ])("%s is %d milliseconds", (text, expected) => {
    expect(latency.parse(text)).toBe(expected);
  });

  it.each([
    ["100 milliseconds", "100 milliseconds"],
    ["1500 milliseconds", "1500 milliseconds"],
    ["2000 milliseconds", "2 seconds"],
    ["9999999999.5 seconds", "9999999999.5 seconds"],
    ["1 minute", "1 minute"],
  ])("%s is written as %s", (text, expected) => {
    expect(latencyText(latency.parse(text))).toBe(expected);
  });

  it("is a whole number of milliseconds, and the same when read again from what is written", () => {
    fc.assert(
      fc.property(fc.stringMatching(latencyPattern), (text) => {
        const length = latency.parse(text);
        expect(Number.isInteger(length)).toBe(true);
        expect(latency.parse(latencyText(length))).toBe(length);
      }),
    );
  });

  it.each(["100", "100 ms", "0 milliseconds", "1.5 milliseconds", "100 millisecond"])(
    "is not %j",
    (text) => {
      expect(latency.safeParse(text).error?.issues.map((issue) => issue.message)).toEqual([
        'a latency such as "100 milliseconds" or "2 seconds"',
      ]);
    },
  );
});

describe("quantities", () => {
  it.each([
    ["500m", 500],
    ["2", 2_000],
    ["1.5", 1_500],
  ])("%s of CPU is %d thousandths of a core", (text, expected) => {
    expect(cpuQuantity.parse(text)).toBe(text);
    expect(millicores(text)).toBe(expected);
  });

  it.each(["0", "0m", "-1", "1.5m", "500M", "1 core", ""])("CPU is not %j", (text) => {
    expect(cpuQuantity.safeParse(text).success).toBe(false);
  });

  it("refuses to count what is no CPU quantity", () => {
    expect(() => millicores("two")).toThrow(
      new RangeError('not a CPU quantity: "two", allowed: such as "500m" or "2"'),
    );
  });

  it.each(["512Mi", "2Gi"])("memory may be %s", (text) => {
    expect(memoryQuantity.parse(text)).toBe(text);
  });

  it.each(["512", "512M", "0Mi", "1.5Gi", "2gi"])("memory is not %j", (text) => {
    expect(memoryQuantity.safeParse(text).success).toBe(false);
  });
});

describe("names, digests, versions and shares", () => {
  it.each(["a", "loan-approval", "m".repeat(63), "v2"])("a name may be %s", (text) => {
    expect(label.parse(text)).toBe(text);
  });

  it.each(["", "-a", "a-", "2a", "Loan", "a_b", "a.b", "m".repeat(64), "a\n"])(
    "a name is not %j",
    (text) => {
      expect(label.safeParse(text).success).toBe(false);
    },
  );

  it.each([
    `sha256:${"0".repeat(63)}`,
    `sha256:${"A".repeat(64)}`,
    `sha512:${"0".repeat(64)}`,
    "0".repeat(64),
    `sha256:${"0".repeat(64)}\n`,
  ])("a digest is not %j", (text) => {
    expect(digest.safeParse(text).success).toBe(false);
  });

  it.each([
    [`example.com/model@sha256:${"a".repeat(64)}`, `sha256:${"a".repeat(64)}`],
    [`example.com:5000/model:1.4@sha256:${"0".repeat(64)}`, `sha256:${"0".repeat(64)}`],
    ["example.com/model:1.4", undefined],
    [`example.com/model:sha256:${"a".repeat(64)}`, undefined],
    [`example.com/model@sha256:${"a".repeat(63)}`, undefined],
    [`example.com/model@sha256:${"a".repeat(64)}/more`, undefined],
    ["", undefined],
  ])("of %j the digest is %j", (image, found) => {
    expect(imageDigest(image)).toBe(found);
  });

  it.each(["1.4", "v1.4.0", "1.4.0+build", "1.4.0-"])("a version is not %j", (text) => {
    expect(semanticVersion.safeParse(text).success).toBe(false);
  });

  it.each([-0.001, 1.001, NaN, Infinity])("a share is not %d", (value) => {
    expect(share.safeParse(value).success).toBe(false);
  });
});
