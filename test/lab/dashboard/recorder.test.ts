import { Recording, tickMilliseconds } from "../../../lab/dashboard/recorder";
import { Scrape, type Sample } from "../../../cli/rehearse/scrape";
import type { ModelServer } from "../../../cli/rehearse/servers";
import { instantOf } from "../../../lab/week/calendar";
import { stale } from "../../../lab/week/remote-write";

/** A server whose scrape is this, until it is gone. */
function server(samples: readonly Sample[]) {
  const state = { gone: false };
  const scrape = () =>
    state.gone ? Promise.reject(new Error("gone")) : Promise.resolve(new Scrape(samples));
  return { state, server: { scrape } as Partial<ModelServer> as ModelServer };
}

const ready: Sample = {
  name: "causeway_ready",
  labels: { model: "m", version: "1.0.0" },
  value: 1,
};
const ticks = (count: number) => jest.advanceTimersByTimeAsync(count * tickMilliseconds);

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test("a tick is a minute of the recording, told apart by pod", async () => {
  const recording = new Recording("m");
  recording.follow(server([ready]).server, "1.0.0");
  recording.follow(server([ready]).server, "1.0.0");
  await ticks(3);
  const found = recording
    .stop()
    .series.filter(({ labels }) => labels["__name__"] === "causeway_ready");
  expect(found.map(({ labels }) => labels["pod"])).toEqual(["m-v1-rehearsed", "m-v2-rehearsed"]);
  expect(found[0]?.times).toEqual([1, 2, 3].map(instantOf));
});

test("answers are counted as the mesh's proxy would: by status, and cumulatively by duration", async () => {
  const recording = new Recording("m");
  const count = recording.follow(server([]).server, "1.0.0");
  count(200, 7);
  count(503, 300);
  await ticks(1);
  const { series } = recording.stop();
  const last = (name: string, label: string, value: string) =>
    series
      .find(({ labels }) => labels["__name__"] === name && labels[label] === value)
      ?.values.at(-1);
  expect([
    last("istio_requests_total", "response_code", "200"),
    last("istio_requests_total", "response_code", "503"),
  ]).toEqual([1, 1]);
  expect(
    ["5", "10", "250", "500", "+Inf"].map((le) =>
      last("istio_request_duration_milliseconds_bucket", "le", le),
    ),
  ).toEqual([0, 1, 1, 2, 2]);
});

test("stands still while nobody asks anything, and goes on with the next answer", async () => {
  const recording = new Recording("m");
  const count = recording.follow(server([ready]).server, "1.0.0");
  await ticks(50);
  count(200, 1);
  await ticks(2);
  expect(recording.stop().until).toBe(instantOf(10));
});

test("the series of a server that is gone end", async () => {
  const recording = new Recording("m");
  const one = server([ready]);
  recording.follow(one.server, "1.0.0");
  await ticks(1);
  one.state.gone = true;
  await ticks(2);
  expect(
    recording.stop().series.find(({ labels }) => labels["__name__"] === "causeway_ready")?.values,
  ).toEqual([1, stale]);
});
