import { duration } from "../../../services/contract/units";
import { configSchema } from "../../../infra/stack/schema";
import { regionShares, releaseForecast, trafficOf } from "../../../infra/stack/release-forecast";
import { contract, withRelease } from "../serving/fixture";

const identity = {
  issuer: "https://login.example.com/",
  jwksUri: "https://login.example.com/keys",
  audiences: ["causeway"],
};

/**
 * A prod stack of two regions with the given entry of `causeway:models`; `drained` takes the second
 * out of service.
 */
function forecast(entry: object, drained = false, of = contract) {
  const regions = [
    { name: "eu-west-1", cidr: "10.32.0.0/16" },
    {
      name: "eu-central-1",
      cidr: "10.33.0.0/16",
      ...(drained && { drained: { reason: "tried" } }),
    },
  ];
  const config = configSchema.parse({
    target: "aws",
    environment: "prod",
    organization: "example",
    account: "444455556666",
    kubernetesVersion: "1.35",
    domain: { name: "models.example.com", hostedZoneId: "Z0123456789PROD" },
    recovery: { rto: "3 minutes", checkIntervalSeconds: 10, failureThreshold: 3 },
    regions,
    identity,
    models: [{ name: of.name, ...entry }],
  });
  return {
    config,
    entry: config.models[0]!,
    forecast: releaseForecast(config, config.models[0]!, of),
  };
}

describe("the forecast of a release", () => {
  test("takes the declared traffic, else that of the peak, else what the least replicas are scaled for, and says which", () => {
    const { entry } = forecast({
      requestsPerSecond: { "eu-west-1": 2 },
      peakRequestsPerSecond: { "eu-west-1": 9, "eu-central-1": 7 },
    });
    expect(trafficOf(entry, contract, "eu-west-1")).toEqual({
      requestsPerSecond: 2,
      trafficFrom: "requestsPerSecond",
    });
    expect(trafficOf(entry, contract, "eu-central-1")).toEqual({
      requestsPerSecond: 7,
      trafficFrom: "peakRequestsPerSecond",
    });
    expect(trafficOf(forecast({}).entry, contract, "eu-west-1")).toEqual({
      requestsPerSecond: contract.serving.replicas.min * contract.serving.requestsPerReplica,
      trafficFrom: "replicas",
    });
    expect(
      trafficOf(forecast({ replicas: { min: 4, max: 8 } }).entry, contract, "eu-west-1"),
    ).toEqual({
      requestsPerSecond: 4 * contract.serving.requestsPerReplica,
      trafficFrom: "replicas",
    });
  });

  test("says for each region how long a verdict takes and whether the release pauses for want of requests", () => {
    expect(
      forecast({ requestsPerSecond: { "eu-west-1": 100, "eu-central-1": 2 } }).forecast.regions,
    ).toEqual({
      "eu-west-1": {
        requestsPerSecond: 100,
        trafficFrom: "requestsPerSecond",
        minutesToVerdict: 32,
        minutesToRefusal: 2,
        pauses: false,
      },
      "eu-central-1": {
        requestsPerSecond: 2,
        trafficFrom: "requestsPerSecond",
        minutesToVerdict: 32,
        minutesToRefusal: expect.any(Number),
        pauses: false,
      },
    });
  });

  test("tells the largest share of all requests by where they are", () => {
    expect(
      forecast({ requestsPerSecond: { "eu-west-1": 100, "eu-central-1": 100 } }).forecast
        .largestUnprovenShare,
    ).toBe(0.25);
    expect(
      forecast({ requestsPerSecond: { "eu-west-1": 300, "eu-central-1": 100 } }).forecast
        .largestUnprovenShare,
    ).toBe(0.375);
    const { config, entry } = forecast({
      requestsPerSecond: { "eu-west-1": 300, "eu-central-1": 100 },
    });
    expect(regionShares(config, entry, contract)).toEqual([0.75, 0.25]);
  });

  test("leaves a drained region out: all requests are in the others", () => {
    const { largestUnprovenShare, regions } = forecast(
      { requestsPerSecond: { "eu-west-1": 100, "eu-central-1": 100 } },
      true,
    ).forecast;
    expect(Object.keys(regions)).toEqual(["eu-west-1"]);
    expect(largestUnprovenShare).toBe(0.5);
  });

  test("adds for an A/B test when it is decided and what its version gets until then", () => {
    const { largestUndecidedShare, regions } = forecast(
      { requestsPerSecond: { "eu-west-1": 100, "eu-central-1": 0.0001 } },
      false,
      withRelease({ strategy: "ab", outcomeWindow: duration.parse("8 minutes") }).contract,
    ).forecast;
    expect(largestUndecidedShare).toBe(0.5);
    expect(regions["eu-west-1"]!.minutesToDecision).toBeGreaterThan(
      regions["eu-west-1"]!.minutesToVerdict,
    );
    expect(regions["eu-central-1"]!.minutesToDecision).toBe("a person decides");
  });
});
