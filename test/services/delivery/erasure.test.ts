import { lineageLines, lineageOf } from "../../../services/delivery/erasure";
import { release } from "../../infra/serving/fixture";
import { verdict } from "../../support/verdicts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const run = {
  run: "s3://artifacts/runs/m/r1",
  dataset: digest("1"),
  version: "1.0.0",
  model: digest("2"),
  image: digest("3"),
};
const promoted = (region: string, image: string, finishedAt: string) => ({
  ...verdict({ digest: image, region, outcome: "promoted" }),
  finishedAt,
});

test("a subject whose rows went into a run reached its dataset, its model, and the regions that serve it", () => {
  const verdicts = [
    promoted("eu-west-1", digest("3"), "2026-11-01T00:00:00Z"),
    promoted("eu-central-1", digest("3"), "2026-11-01T00:00:00Z"),
    promoted("eu-central-1", digest("9"), "2026-11-02T00:00:00Z"),
  ];
  const found = lineageOf({ model: "m", runs: [run] }, undefined, verdicts);
  expect(found).toEqual({
    datasets: [digest("1")],
    models: [digest("2")],
    images: [digest("3")],
    live: [
      { region: "eu-west-1", image: digest("3"), source: "promotion of 2026-11-01T00:00:00Z" },
    ],
  });
  expect(lineageLines(found)).toEqual([
    "datasets:",
    `  ${digest("1")}`,
    "models:",
    `  ${digest("2")}`,
    "images:",
    `  ${digest("3")}`,
    "live in:",
    `  eu-west-1: ${digest("3")} (promotion of 2026-11-01T00:00:00Z)`,
  ]);
});

test("a release that failed after it does not take it out of service", () => {
  const verdicts = [
    promoted("eu-west-1", digest("3"), "2026-11-01T00:00:00Z"),
    {
      ...verdict({ digest: digest("9"), region: "eu-west-1", outcome: "rolled-back" }),
      finishedAt: "2026-11-03T00:00:00Z",
    },
  ];
  expect(lineageOf({ model: "m", runs: [run] }, undefined, verdicts).live).toHaveLength(1);
});

test("the release in the repository counts when it was made from the same dataset, though the run is gone", () => {
  const found = lineageOf(
    { model: "m", runs: [{ run: "r", dataset: release.digests.data }] },
    release,
    [promoted("eu-west-1", release.image.digest, "2026-11-01T00:00:00Z")],
  );
  expect([found.models, found.images, found.live.map(({ region }) => region)]).toEqual([
    [release.digests.model],
    [release.image.digest],
    ["eu-west-1"],
  ]);
  expect(
    lineageOf({ model: "m", runs: [{ run: "r", dataset: digest("e") }] }, release, []).models,
  ).toEqual([]);
});

test("what the stack says is live goes before the verdicts", () => {
  const outputs = {
    m: { "eu-west-1": { live: { digest: digest("3") } }, "eu-central-1": { live: {} } },
  };
  expect(lineageOf({ model: "m", runs: [run] }, undefined, [], outputs).live).toEqual([
    { region: "eu-west-1", image: digest("3"), source: "stack outputs" },
  ]);
});

test("a subject that reached nothing has no line", () => {
  expect(lineageLines(lineageOf({ model: "m", runs: [] }, undefined, []))).toEqual([
    "datasets: none",
    "models: none",
    "images: none",
    "live in: none",
  ]);
});
