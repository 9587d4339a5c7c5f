import { liveDigest } from "../../../infra/serving/live-digest";
import { verdict } from "../../support/verdicts";
import { digestOf, image } from "./fixture";

/** A Rollout as the API server returns it, at rest on its stable version; `status` changes it. */
const rollout = (status: object = {}) => ({
  metadata: { name: "loan-approval", generation: 4 },
  spec: {
    template: {
      spec: {
        containers: [
          { name: "istio-proxy", image: `proxy@${digestOf("f")}` },
          { name: "server", image },
        ],
      },
    },
  },
  status: {
    observedGeneration: "4",
    stableRS: "6b7c9d",
    currentPodHash: "6b7c9d",
    phase: "Healthy",
    ...status,
  },
});
const promotion = verdict({
  outcome: "promoted",
  digest: digestOf("c"),
  podTemplateHash: "5aa4c8",
});

describe("the live digest", () => {
  it("is that of the Rollout once its version is the stable one", () => {
    expect(liveDigest(rollout(), [], "eu-west-1")).toEqual({
      digest: digestOf("a"),
      source: "status of the Rollout",
    });
  });

  it.each([
    ["on trial", { currentPodHash: "77f1d2", stableRS: "5aa4c8" }],
    [
      "rolled back",
      { currentPodHash: "77f1d2", stableRS: "5aa4c8", phase: "Degraded", abort: true },
    ],
    [
      "not seen by the controller yet",
      { observedGeneration: "3", stableRS: "5aa4c8", currentPodHash: "5aa4c8" },
    ],
  ])("is that of the stable version's promotion while the desired one is %s", (_state, status) => {
    expect(liveDigest(rollout(status), [promotion], "eu-west-1")).toEqual({
      digest: digestOf("c"),
      source: "promotion on record, of 2026-11-24T10:20:00Z; the desired image is not live",
    });
  });

  it("is unknown, and never the desired one, where the stable version's promotion is not on record for the region", () => {
    const trial = rollout({ currentPodHash: "77f1d2", stableRS: "5aa4c8" });
    const unknown = {
      digest: "unknown",
      source:
        "version 5aa4c8 is live, no promotion of it is on record; the desired image is not live",
    };
    for (const verdicts of [
      [],
      [{ ...promotion, region: "eu-central-1" }],
      [{ ...promotion, podTemplateHash: "77f1d2" }],
      [{ ...promotion, outcome: "rolled-back" as const }],
    ])
      expect(liveDigest(trial, verdicts, "eu-west-1")).toEqual(unknown);
  });

  it("is that of the last promotion where the provider returned no status", () => {
    const bare = { ...rollout(), status: undefined };
    const later = { ...promotion, digest: digestOf("d"), finishedAt: "2026-11-25T00:00:00Z" };
    const failed = verdict({ finishedAt: "2026-11-26T00:00:00Z" });
    expect(liveDigest(bare, [later, promotion, failed], "eu-west-1")).toEqual({
      digest: digestOf("d"),
      source: "last promotion on record, of 2026-11-25T00:00:00Z",
    });
    expect(liveDigest(bare, [failed], "eu-west-1")).toEqual({
      digest: "unknown",
      source: "the provider returned no status of the Rollout, and no promotion is on record",
    });
    expect(liveDigest(undefined, [], "eu-west-1").digest).toBe("unknown");
  });

  it("is unknown where the image goes by tag", () => {
    const tagged = {
      ...rollout(),
      spec: {
        template: { spec: { containers: [{ name: "server", image: "loan-approval:1.4.0" }] } },
      },
    };
    expect(liveDigest(tagged, [], "eu-west-1")).toEqual({
      digest: "unknown",
      source: "the Rollout's image has no digest: loan-approval:1.4.0",
    });
  });
});
