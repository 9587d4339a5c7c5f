import type { Application } from "../../../cli/rehearse/rows";

/** What is wrong with an image. The server's own code is never touched. */
export type Fault =
  /** The model fails in a share of its runs. */
  | { readonly kind: "errors"; readonly share: number }
  /** The model fails in as many runs as a test asks for, when it asks. */
  | { readonly kind: "on demand" }
  /** A share of the model's runs takes longer. */
  | { readonly kind: "slow"; readonly share: number; readonly milliseconds: number }
  /** Everything that the pod shows to Prometheus is NaN. */
  | { readonly kind: "nan" }
  /**
   * Inputs of one group's applicants get lost on their way into the model, as by a preprocessing
   * that cannot read them.
   */
  | {
      readonly kind: "unfair";
      readonly attribute: string;
      readonly group: string;
      readonly inputs: Readonly<Record<string, number>>;
    }
  /** Inputs of every applicant get lost on their way into the model. */
  | { readonly kind: "misread"; readonly inputs: Readonly<Record<string, number>> }
  /** Applicants get each other's answers, as from a cache with a wrong key. */
  | { readonly kind: "mixed up" }
  /** What is decided with it is worth less to the business, right or wrong. */
  | { readonly kind: "costly"; readonly cost: number }
  /** The image lacks its model. */
  | { readonly kind: "broken" };

/**
 * How Node starts a server whose image has this fault; `failures` is the file that says how many runs
 * are still to fail.
 */
export function startOf(
  fault: Fault | undefined,
  { faultyModel, failures }: { readonly faultyModel: string; readonly failures: string },
): {
  readonly nodeArguments: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
} {
  if (fault?.kind !== "errors" && fault?.kind !== "slow" && fault?.kind !== "on demand")
    return { nodeArguments: [], variables: {} };
  const variables = {
    ...(fault.kind === "on demand"
      ? { FAULT_FAILURES: failures }
      : { FAULT_SHARE: String(fault.share) }),
    ...(fault.kind === "slow" && { FAULT_MILLISECONDS: String(fault.milliseconds) }),
  };
  // In the thread of the server, where the fault can see that the server has begun to listen.
  return {
    nodeArguments: ["--import", faultyModel],
    variables: { ...variables, CAUSEWAY_EXECUTION: "inline" },
  };
}

/** What the decisions of a version without a fault are worth, in the business's own unit. */
export const worth = { mean: 100, deviation: 50 } as const;

/** What one decision turned out to be worth (Box and Muller 1958). */
export function worthOf(fault: Fault | undefined, random: () => number): number {
  const chance = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return worth.mean - (fault?.kind === "costly" ? fault.cost : 0) + worth.deviation * chance;
}

/** The features as the model gets to see them; `another` is whoever asks beside the applicant. */
export function distorted(
  fault: Fault | undefined,
  { features, groups }: Pick<Application, "features" | "groups">,
  another: Pick<Application, "features">,
): Application["features"] {
  if (fault?.kind === "mixed up") return another.features;
  if (fault?.kind === "misread") return { ...features, ...fault.inputs };
  return fault?.kind === "unfair" && groups[fault.attribute] === fault.group
    ? { ...features, ...fault.inputs }
    : features;
}
