/** @jest-environment ./test/services/model-server/support/environment.ts */
import fc from "fast-check";
import { subjectBucketOf, subjectBuckets } from "../../../services/contract/arms";
import { durationBuckets, metrics, seriesNames } from "../../../services/contract/metrics";
import { binOf, Histogram, Registry } from "../../../services/model-server/metrics/registry";
import { metricsServer } from "../../../services/model-server/metrics/server";
import {
  goodFeatures,
  goodRow,
  loadedSample,
  paths,
  tensor,
  testServer,
  without,
} from "./support/server";
import { latency } from "../../../services/contract/units";

const inject = (url: string, payload: object) => ({ method: "POST" as const, url, payload });

describe("counters of requests", () => {
  test.each([
    "server.overloaded",
    "server.stopping",
    "inference.timeout",
    "inference.failed",
    "server.failed",
  ])("show failures of %s at 0 before there is one, so that a restart shows", async (code) => {
    const { counted } = await testServer();
    for (const operation of ["infer", "predict", "explain", "feedback"])
      expect(counted("causeway_requests_total", { operation, code })).toBe(0);
  });
});

describe("counters of predictions", () => {
  test("count each row by label, score bin and feature bin of the reference", async () => {
    const { app, counted, loaded } = await testServer();
    await app.inject(inject(paths.infer, tensor([goodRow, goodRow])));
    await app.inject(inject(paths.predict, { features: goodFeatures }));
    expect(counted("causeway_predictions_total", { label: "approve" })).toBe(3);
    const obrat = loaded.reference.features.find((feature) => feature.name === "obrat")!;
    const edge = "values" in obrat ? "" : String(obrat.edges.find((one) => one >= 33));
    expect(counted("causeway_feature_bin_total", { feature: "obrat", bin: edge })).toBe(3);
    expect(counted("causeway_feature_bin_total", { feature: "mortg", bin: "2" })).toBe(3);
    expect(
      counted("causeway_requests_total", { operation: "infer", status: "200", code: "ok" }),
    ).toBe(1);
    expect(counted("causeway_request_duration_seconds_count", { operation: "predict" })).toBe(1);
  });

  test("count a missing value as missing and in no bin", async () => {
    const { app, counters, counted } = await testServer();
    const rest = without("multi");
    await app.inject(inject(paths.predict, { features: rest }));
    expect(counted("causeway_feature_missing_total", { feature: "multi" })).toBe(1);
    expect(
      [
        ...counters.registry
          .text()
          .matchAll(/^causeway_feature_bin_total\{.*feature="multi".*\} (\d+)$/gm),
      ].map((match) => match[1]),
    ).toEqual(["0", "0"]);
  });

  test("count a refused value for its feature and by its code", async () => {
    const { app, counted } = await testServer();
    await app.inject(
      inject(paths.predict, { features: { ...goodFeatures, obrat: 101, mortg: 9 } }),
    );
    expect(counted("causeway_feature_out_of_range_total", { feature: "obrat" })).toBe(1);
    expect(counted("causeway_feature_out_of_range_total", { feature: "mortg" })).toBe(1);
    expect(
      counted("causeway_requests_total", {
        operation: "predict",
        status: "422",
        code: "feature.range",
      }),
    ).toBe(1);
    expect(counted("causeway_predictions_total", { label: "approve" })).toBe(0);
  });

  test("count each request by the tenth of its scores and each row by its own bucket, alike under every version", async () => {
    const counts = async (version: string) => {
      const { app, counters, counted } = await testServer();
      await app.inject(inject(paths.infer, tensor([goodRow, goodRow])));
      await app.inject(inject(paths.predict, { features: { ...goodFeatures, obrat: 33.5 } }));
      const rows = [
        ...counters.registry
          .text()
          .matchAll(/^causeway_row_bucket_total\{.*bucket="(\d+)"\} ([1-9]\d*)$/gm),
      ].map(([, bucket, count]) => [bucket, count]);
      const scores = rows.map(([bucket]) =>
        counted("causeway_row_bucket_scores_total", { bucket: bucket! })!,
      );
      return {
        version,
        rows,
        scores,
        positives: rows.reduce(
          (sum, [bucket]) =>
            sum + counted("causeway_row_bucket_positives_total", { bucket: bucket! })!,
          0,
        ),
        top: counted("causeway_score_tenth_total", { tenth: "1" }),
      };
    };
    const first = await counts("a");
    expect(first.rows.map(([, count]) => count).sort()).toEqual(["1", "2"]);
    expect(first.positives).toBe(3);
    expect(first.top).toBe(2);
    expect(first.scores.reduce((sum, score) => sum + score, 0)).toBeGreaterThan(2.7);
    expect(await counts("a")).toEqual(first);
  });

  test("count a request by the half and the bucket of the subject that its header names", async () => {
    const { app, counted } = await testServer();
    for (const subject of ["0a", "7f", "8a", "x"])
      await app.inject({
        ...inject(paths.predict, { features: goodFeatures }),
        headers: { "x-causeway-subject": subject },
      });
    await app.inject(inject(paths.predict, { features: goodFeatures, subject: "0a" }));
    const half = (arm: string) =>
      Array.from({ length: subjectBuckets }, (_, i) =>
        counted("causeway_subjects_total", { arm, bucket: String(i) })!,
      );
    const ofSubjects = (...subjects: string[]) =>
      Array.from(
        { length: subjectBuckets },
        (_, i) => subjects.filter((subject) => subjectBucketOf(subject) === i).length,
      );
    expect([half("challenger"), half("champion")]).toEqual([
      ofSubjects("0a", "7f"),
      ofSubjects("8a", "x"),
    ]);
  });

  test("count a batch as one request by tenth, and in an A/B test only what has a subject", async () => {
    const sample = await loadedSample();
    const release = { ...sample.contract.release, strategy: "ab" } as const;
    const { app, counted } = await testServer({
      loaded: { ...sample, contract: { ...sample.contract, release } },
    });
    const send = (rows: number, headers: Record<string, string>) =>
      app.inject({
        ...inject(paths.infer, tensor(Array.from({ length: rows }, () => goodRow))),
        headers,
      });
    await send(50, {});
    expect(counted("causeway_score_tenth_total", { tenth: "1" })).toBe(0);
    await send(50, { "x-causeway-subject": "0a" });
    await send(1, { "x-causeway-subject": "8a" });
    expect(counted("causeway_score_tenth_total", { tenth: "1" })).toBeCloseTo(2, 9);
    expect(counted("causeway_predictions_total", { label: "approve" })).toBe(101);
  });

  test("an explanation is not a prediction", async () => {
    const { app, counted } = await testServer();
    await app.inject(inject(paths.explain, { features: goodFeatures }));
    expect(counted("causeway_predictions_total", { label: "approve" })).toBe(0);
    expect(
      counted("causeway_requests_total", { operation: "explain", status: "200", code: "ok" }),
    ).toBe(1);
  });

  test("show the shares of the reference under the labels of the counters", async () => {
    const { counters, loaded } = await testServer();
    const labels = (name: string) =>
      [
        ...counters.registry
          .text()
          .matchAll(new RegExp(`^${name}\\{[^}]*?(feature="[^}]*)\\}`, "gm")),
      ].map((match) => match[1]);
    expect(labels("causeway_reference_feature_share")).toEqual(
      labels("causeway_feature_bin_total"),
    );
    expect(labels("causeway_feature_bin_total")).toHaveLength(
      loaded.reference.features.reduce((total, feature) => total + feature.proportions.length, 0),
    );
  });
});

describe("the scrape", () => {
  test("has exactly the families of the metrics module, and every series names the model and a version", async () => {
    const sample = await loadedSample();
    const release = { ...sample.contract.release, strategy: "ab" } as const;
    const { app, counters, loaded } = await testServer({
      loaded: { ...sample, contract: { ...sample.contract, release } },
    });
    counters.showBuild(loaded.release, {
      execution: "inline",
      environment: "local",
      region: "local",
    });
    await app.inject(inject(paths.predict, { features: goodFeatures }));
    const lines = counters.registry
      .text()
      .trim()
      .split("\n")
      .filter((line) => !line.startsWith("#"));
    const known = new Set(Object.values(metrics).flatMap(seriesNames));
    const unknown = lines.map((line) => line.split("{")[0]!).filter((name) => !known.has(name));
    expect(unknown).toEqual([]);
    expect(lines.filter((line) => !/\{model="loan-approval",version="[^"]+"/.test(line))).toEqual(
      [],
    );
    const shown = new Set(lines.map((line) => line.split("{")[0]!));
    const ofProcess: string[] = [metrics.memory.name, metrics.cpu.name, metrics.started.name];
    expect([...known].filter((name) => !shown.has(name) && !ofProcess.includes(name))).toEqual([]);
  });

  test("does not grow with what callers send", async () => {
    const { app, counters } = await testServer();
    const size = () => counters.registry.text().split("\n").length;
    await app.inject(inject(paths.predict, { features: { ...goodFeatures, x: 1 } }));
    const before = size();
    for (let i = 0; i < 50; i += 1) {
      await app.inject(
        inject(paths.predict, { features: { ...goodFeatures, [`unknown${i}`]: i } }),
      );
      await app.inject(inject(`/v2/models/other${i}/infer`, {}));
      await app.inject({
        ...inject(paths.predict, { features: goodFeatures, subject: `subject ${i}` }),
        headers: { "x-request-id": `r${i}` },
      });
    }
    expect(size()).toBe(before);
  });

  test("is served on GET /metrics and nothing else", async () => {
    const registry = new Registry({ model: "m", version: "1.0.0" });
    registry.cell(metrics.batches).value = 3;
    const server = metricsServer(registry);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const scrape = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(scrape.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await scrape.text()).toBe(
      `# HELP causeway_batches_total ${metrics.batches.help}\n# TYPE causeway_batches_total counter\ncauseway_batches_total{model="m",version="1.0.0"} 3\n`,
    );
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${port}/metrics`, { method: "POST" })).status).toBe(404);
    await new Promise((resolve) => server.close(resolve));
  });

  test("refuses labels that a family does not have, and escapes those it has", () => {
    const registry = new Registry({ model: "m", version: "1" });
    expect(() => registry.cell(metrics.predictions, { group: "x" })).toThrow(
      "labels of causeway_predictions_total: label, group, allowed: label",
    );
    registry.cell(metrics.predictions, { label: 'a"b\\c\nd' });
    expect(registry.text()).toContain('label="a\\"b\\\\c\\nd"');
  });

  test("has the latency objective among the edges of the duration histogram", async () => {
    const { contract } = await loadedSample();
    expect(durationBuckets(contract)).toContain(0.1);
    expect(
      durationBuckets({ slos: { ...contract.slos, latencyP99: latency.parse("70 milliseconds") } }),
    ).toEqual([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.07, 0.1, 0.25, 0.5, 1, 2.5]);
  });
});

describe("bins", () => {
  const edges = fc
    .uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 12,
    })
    .map((list) => list.sort((a, b) => a - b));

  test("hold what is above the edge before and at most their own", () => {
    fc.assert(
      fc.property(edges, fc.double({ noNaN: true }), (list, value) => {
        const bin = binOf(list, value);
        expect(bin === 0 || value > list[bin - 1]!).toBe(true);
        expect(bin === list.length || value <= list[bin]!).toBe(true);
      }),
    );
  });

  test("of a histogram cumulate to the number of observations, and an edge belongs to the bin below it", () => {
    fc.assert(
      fc.property(
        edges,
        fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
        (list, values) => {
          const histogram = new Histogram(list);
          for (const value of values) histogram.observe(value);
          const below = list.map((_, bin) => histogram.below(bin));
          expect(below).toEqual(list.map((edge) => values.filter((value) => value <= edge).length));
          expect(histogram.below(list.length)).toBe(values.length);
        },
      ),
    );
    expect(binOf([1, 2], 1)).toBe(0);
  });
});
