import { clockOf, instantOf, minutesPerDay, poisson, rateAt } from "../../../lab/week/calendar";
import { usual } from "../../../lab/week/events";
import { scenariosOf } from "../../../lab/week/scenarios";
import { ProxyCounters } from "../../../lab/week/proxy";
import { randomFrom } from "../../../cli/rehearse/random";
import { contract } from "../../infra/observability/fixture";

const applicant = {
  features: { hrat: 20, obrat: 30, cons: 1, pubrec: 0 },
  label: "approve",
  groups: { race: "black", sex: "male" },
};

describe("simulated time", () => {
  test("starts on a Monday, midnight UTC", () => {
    expect(new Date(instantOf(0)).toUTCString()).toBe("Mon, 01 Jan 2024 00:00:00 GMT");
    expect(clockOf(9 * minutesPerDay + 14 * 60 + 5)).toBe("Wed 14:05");
  });
});

describe("applications", () => {
  test("sum to the number of a Wednesday, busier at noon than at night, and fewest on a Sunday", () => {
    const day = (first: number) =>
      Array.from({ length: minutesPerDay }, (_, i) =>
        rateAt(first * minutesPerDay + i, 3_000),
      ).reduce((sum, rate) => sum + rate, 0);
    expect(day(2)).toBeCloseTo(3_000, 6);
    expect(day(6)).toBeCloseTo(1_200, 6);
    expect(
      rateAt(2 * minutesPerDay + 11 * 60, 3_000) / rateAt(2 * minutesPerDay + 3 * 60, 3_000),
    ).toBeGreaterThan(15);
  });

  test("come at random with the mean that was asked for", () => {
    const random = randomFrom("poisson");
    const counts = Array.from({ length: 20_000 }, () => poisson(3, random));
    expect(counts.reduce((sum, count) => sum + count, 0) / counts.length).toBeCloseTo(3, 1);
    expect(poisson(0, random)).toBe(0);
  });
});

describe("events", () => {
  const effectsOf = (name: string, since: number) => {
    const event = scenariosOf(contract)
      .flatMap((scenario) => scenario.events)
      .find((one) => one.name === name);
    return { ...usual, ...event?.effects(since) };
  };

  test("raise a feature at once, and never beyond what the contract allows", () => {
    const { features } = effectsOf("feature step", 0);
    expect(features(applicant, Math.random)).toEqual({ ...applicant.features, hrat: 24 });
    expect(features({ ...applicant, features: { hrat: 99 } }, Math.random)).toEqual({ hrat: 100 });
    expect(features({ ...applicant, features: {} }, Math.random)).toEqual({});
  });

  test("raise another day by day", () => {
    expect(
      effectsOf("slow drift", 2 * minutesPerDay).features(applicant, Math.random)["obrat"],
    ).toBeCloseTo(32.4, 12);
  });

  test("harm a third of one group and nobody else", () => {
    const { features } = effectsOf("fairness harm", 0);
    expect(features(applicant, () => 0.3)).toEqual({ ...applicant.features, cons: 6, pubrec: 1 });
    expect(features(applicant, () => 0.4)).toEqual(applicant.features);
    expect(features({ ...applicant, groups: { race: "white" } }, () => 0.3)).toEqual(
      applicant.features,
    );
  });

  test("change the truth of good applicants alone", () => {
    const { flip } = effectsOf("concept drift", 0);
    expect([flip(applicant), flip({ ...applicant, label: "decline" })]).toEqual([0.1, 0]);
  });
});

test("the proxy counts requests, and durations by bucket", () => {
  const proxy = new ProxyCounters("loan-approval");
  for (let i = 0; i < 3; i += 1) proxy.count(200, i === 0 ? 200 : 0, () => 0.75);
  const own =
    'reporter="destination",destination_workload_namespace="causeway-models",destination_canonical_service="loan-approval"';
  const lines = proxy.text().split("\n");
  expect(lines).toContain(`istio_requests_total{${own},response_code="200"} 3`);
  expect(lines).toContain(`istio_request_duration_milliseconds_bucket{${own},le="100"} 2`);
  expect(lines).toContain(`istio_request_duration_milliseconds_bucket{${own},le="+Inf"} 3`);
  expect(lines).toContain(`istio_request_duration_milliseconds_count{${own}} 3`);
});
