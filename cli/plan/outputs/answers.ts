import type { WireObject } from "../wire";

/** Questions to a registry: what it holds, an offline plan leaves to the engine's preview. */
const registryQuestions: readonly string[] = [
  "docker:index/getRegistryImage:getRegistryImage",
  "aws:ecr/getImage:getImage",
];

/** A preview fails where the account has no detector; an offline plan takes the stack file's word. */
const detectorQuestion = "aws:guardduty/getDetector:getDetector";

/**
 * What the program learns from a call that an offline plan answers; undefined for any other, which
 * needs a cloud.
 */
export function answerTo(token: string, inputs: WireObject): WireObject | undefined {
  if (token === detectorQuestion) return { ...inputs, id: "existing", status: "ENABLED" };
  return registryQuestions.includes(token) ? { ...inputs, id: "not asked" } : undefined;
}
