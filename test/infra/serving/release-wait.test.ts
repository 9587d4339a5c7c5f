import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { awaitedRollout, releaseMoment, releaseSeconds } from "../../../infra/serving/release-wait";
import { rollout } from "../../../infra/serving/rollout";
import { releaseSteps } from "../../../infra/serving/steps";
import { ModelService } from "../../../infra/serving/model-service";
import { only, record } from "../../support/record";
import { retry } from "../../support/verdicts";
import { args, image, settings, withRelease } from "./fixture";

/** Annotations and moment of an awaited Rollout, once known. */
async function awaited(delivery: Parameters<typeof awaitedRollout>[2] = {}, of = image) {
  const { metadata, spec } = awaitedRollout(rollout(settings, of), settings, delivery);
  return new Promise<{
    annotations: Record<string, string>;
    restartAt: string;
    template: { metadata: { annotations: Record<string, string> } };
  }>(
    (resolve) =>
      void pulumi
        .output({
          annotations: metadata.annotations,
          restartAt: spec.restartAt,
          template: spec.template,
        })
        .apply((known) => resolve(known as never)),
  );
}

describe("an update", () => {
  it("waits until the controller has seen this very release and it serves all requests", async () => {
    const { annotations, restartAt } = await awaited();
    expect(JSON.parse(annotations["pulumi.com/waitFor"]!)).toEqual([
      `jsonpath={.status.restartedAt}=${restartAt}`,
      "jsonpath={.status.phase}=Healthy",
    ]);
    expect(annotations["causeway.dev/region"]).toBe("eu-west-1");
    expect(annotations["pulumi.com/patchForce"]).toBe("true");
  });

  it("tells releases apart by a moment that only the pod template decides", async () => {
    const first = await awaited();
    expect((await awaited()).restartAt).toBe(first.restartAt);
    expect((await awaited({}, image.replace(/a{64}/, "b".repeat(64)))).restartAt).not.toBe(
      first.restartAt,
    );
  });

  it("tries a failed release again as a new version, marked by the decision", async () => {
    const [first, again] = [await awaited(), await awaited({ retry })];
    expect(again.restartAt).not.toBe(first.restartAt);
    expect(again.template.metadata.annotations["causeway.dev/retry"]).toBe("2026-11-24T11:00:00Z");
    expect(first.template.metadata.annotations).not.toHaveProperty("causeway.dev/retry");
  });

  it.each(["prod", "dev", "local"] as const)(
    "in %s waits longer than the steps of any strategy take",
    (environment) => {
      for (const strategy of ["canary", "ab", "shadow"] as const) {
        for (const channel of ["automatic", "approval"] as const) {
          const given = { ...withRelease({ strategy, channel }), environment };
          const pauses = releaseSteps(given).reduce(
            (sum, { pause }) =>
              sum +
              (pause?.duration === undefined ? 0 : Number.parseInt(String(pause.duration), 10)),
            0,
          );
          const people = releaseSteps(given).filter(
            ({ pause }) => pause !== undefined && pause.duration === undefined,
          ).length;
          expect(releaseSeconds(given, 600)).toBeGreaterThan(pauses + 3_600 * people + 600);
        }
      }
    },
  );

  it("waits for an A/B test as long as its looks take, and an hour at most", () => {
    const seconds = (environment: "prod" | "dev" | "local", strategy: "ab" | "canary") =>
      releaseSeconds({ ...withRelease({ strategy, channel: "automatic" }), environment }, 600);
    const stepsOf = (environment: "prod" | "dev" | "local") =>
      releaseSteps({ ...withRelease({ strategy: "ab", channel: "automatic" }), environment });
    const rest = (environment: "prod" | "dev" | "local", proof: number) =>
      600 +
      120 * stepsOf(environment).length +
      2 * proof +
      stepsOf(environment).reduce(
        (sum, { pause }) => sum + Number.parseInt(String(pause?.duration ?? "0"), 10),
        0,
      );
    expect(seconds("local", "ab") - rest("local", 15 + 13 * 10)).toBe(15 + 31 * 10);
    expect(seconds("dev", "ab") - rest("dev", 40 + 46 * 20)).toBe(3_600);
    expect(seconds("prod", "ab") - rest("prod", 120 + 61 * 60)).toBe(3_600);
  });

  it("of a whole service has that time on its Rollout, for the first version and each after it", async () => {
    const found = only(
      await record(() => void new ModelService("eu-west-1-loan-approval", args)),
      "kubernetes:argoproj.io/v1alpha1:Rollout",
      "eu-west-1-loan-approval-rollout",
    );
    const patience = releaseSeconds(settings, 600);
    expect(found.options.customTimeouts).toEqual({
      create: `${patience}s`,
      update: `${patience}s`,
      delete: "",
    });
    expect(found.inputs).not.toHaveProperty("status");
  });
});

it("a moment is older than any pod, so that it restarts none, and in the form in which the API server returns it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (template) => {
      const moment = releaseMoment(template);
      expect(moment).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(Date.parse(moment)).toBeGreaterThanOrEqual(0);
      expect(Date.parse(moment)).toBeLessThan(Date.parse("2004-01-11T00:00:00Z"));
    }),
  );
});
