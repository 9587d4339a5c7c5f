import { withEnds } from "../../../lab/week/evaluate";
import { seconds } from "../../../lab/week/duration";
import { stale, writeRequest } from "../../../lab/week/remote-write";
import { Scrapes } from "../../../lab/week/series";

describe("scrapes", () => {
  test("are put together as series, each sample at its simulated time", () => {
    const scrapes = new Scrapes();
    scrapes.add('# TYPE a counter\na{x="1 2",y="q\\"z"} 3\nb +Inf\n', 60_000);
    scrapes.add('a{x="1 2",y="q\\"z"} 4\n', 120_000);
    expect(scrapes.take()).toEqual([
      { labels: { __name__: "a", x: "1 2", y: 'q"z' }, times: [60_000, 120_000], values: [3, 4] },
      { labels: { __name__: "b" }, times: [60_000], values: [Infinity] },
    ]);
    expect(scrapes.take()).toEqual([]);
  });

  test("must be of the format", () => {
    expect(() => new Scrapes().add("9a 3", 0)).toThrow("not a line of a scrape: 9a");
  });
});

describe("a remote-write request", () => {
  test("is one Snappy literal of a WriteRequest", () => {
    const request = writeRequest([
      { labels: { __name__: "up" }, times: [1_704_067_200_000], values: [1] },
    ]);
    const label =
      "0a0e" +
      "0a08" +
      Buffer.from("__name__").toString("hex") +
      "1202" +
      Buffer.from("up").toString("hex");
    const sample = "1210" + "09" + "000000000000f03f" + "10" + "80e8c792cc31";
    const body = `0a${((label.length + sample.length) / 2).toString(16)}${label}${sample}`;
    const length = body.length / 2;
    expect(request.toString("hex")).toBe(
      `${length.toString(16)}fc${(length - 1).toString(16)}000000${body}`,
    );
  });

  test("marks the end of a series with Prometheus' own bits", () => {
    expect(
      writeRequest([{ labels: {}, times: [1_704_067_200_000], values: [stale] }]).toString("hex"),
    ).toContain("09020000000000f07f10");
  });

  test("takes no times that would have another length", () => {
    expect(() => writeRequest([{ labels: {}, times: [5], values: [1] }])).toThrow(
      "times of samples: got 5 to 5",
    );
  });
});

describe("the end of a recorded series", () => {
  const step = 60;

  test("is marked after each run of steps, but for the last", () => {
    expect(
      withEnds({ times: [0, 60, 240, 300], values: [1, 2, 3, 4] }, step, undefined, 300),
    ).toEqual({ times: [0, 60, 120, 240, 300], values: [1, 2, stale, 3, 4] });
  });

  test("is marked at the start of a stretch whose first step it is missing from", () => {
    expect(withEnds({ times: [60], values: [2] }, step, 0, 60)).toEqual({
      times: [0, 60],
      values: [stale, 2],
    });
    expect(withEnds({ times: [0, 60], values: [1, 2] }, step, 0, 60)).toEqual({
      times: [0, 60],
      values: [1, 2],
    });
  });
});

test("durations are those of PromQL", () => {
  expect([seconds("30s"), seconds("2m"), seconds("1d")]).toEqual([30, 120, 86_400]);
  expect(() => seconds("1w")).toThrow("duration: got 1w, allowed: a whole number and s, m, h or d");
});
