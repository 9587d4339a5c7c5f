import { modelsFolder } from "../harness/fixtures";
import { rollout } from "../../infra/serving/rollout";
import { loadContract } from "../../services/contract/load";
import { loadRelease } from "../../services/evidence/load";
import type { Release } from "../../services/evidence/release";
import {
  readRollout,
  type Operation,
  type Region,
  type Rollout,
} from "../../services/delivery/rollout";

export const contract = loadContract(modelsFolder, "loan-approval");
/** The release that serves before a promotion. */
export const old = loadRelease(modelsFolder, "loan-approval");
export const repository = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/loan-approval";

const settings = (of: Release) =>
  ({
    contract,
    release: of,
    environment: "prod",
    region: "eu-west-1",
    regions: 1,
    replicas: { min: 3, max: 30 },
    host: "models.example.com",
    prometheusAddress: "http://prometheus:9090",
  }) as const;
/** The Rollout that the program makes of a release. */
export const manifest = (of: Release) =>
  JSON.parse(JSON.stringify(rollout(settings(of), `${repository}@${of.image.digest}`))) as {
    metadata: object;
    spec: object;
  };

/** A Rollout as the program made it, healthy on the old release. */
export function served(): Rollout {
  const made = manifest(old);
  return readRollout({
    ...made,
    metadata: { ...made.metadata, resourceVersion: "7", generation: 3 },
    status: { observedGeneration: "3", phase: "Healthy", stableRS: "aaa", currentPodHash: "aaa" },
  });
}

/**
 * Applies the operations as the API server would, and refuses those on another version of the
 * object.
 */
export function patched(before: Rollout, operations: readonly Operation[]): Rollout {
  const after = structuredClone(before) as unknown as Record<string, unknown>;
  for (const { op, path, value } of operations) {
    const steps = path
      .slice(1)
      .split("/")
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = steps.pop()!;
    const holder = steps.reduce<Record<string, unknown>>(
      (inner, step) => inner[step] as Record<string, unknown>,
      after,
    );
    if (!(last in holder)) throw new Error(`nothing at ${path}`);
    if (op === "test" && holder[last] !== value)
      throw new Error(`409 ${path} is ${String(holder[last])}`);
    if (op === "replace") holder[last] = value;
  }
  return after as unknown as Rollout;
}

export interface Controlled extends Region {
  now: Rollout;
  patches: number;
}

/** A region whose controller ends a trial as told, at the second look. */
export function region(
  name: string,
  end: "Healthy" | "Degraded" | "never",
  first: Rollout = served(),
): Controlled {
  let looks = 0;
  const self: Controlled = {
    name,
    now: first,
    patches: 0,
    read: async () => {
      if (self.patches > 0 && ++looks === 3 && end !== "never") {
        const { metadata } = self.now;
        self.now = {
          ...self.now,
          status: {
            observedGeneration: String(metadata.generation),
            phase: end,
            message: end === "Degraded" ? "analysis failed" : "",
            stableRS: end === "Healthy" ? "bbb" : "aaa",
            currentPodHash: "bbb",
          },
        };
      }
      return self.now;
    },
    patch: async (operations) => {
      const after = patched(self.now, operations);
      self.now = {
        ...after,
        metadata: {
          ...after.metadata,
          resourceVersion: "8",
          generation: after.metadata.generation + 1,
        },
      };
      self.patches += 1;
    },
  };
  return self;
}
