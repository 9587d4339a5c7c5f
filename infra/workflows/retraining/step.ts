import type { RetrainingAccount } from "../../kubernetes/labels";

/** One container of a run, and when it runs. */
export interface Step {
  readonly name: string;
  readonly image: "training" | "delivery";
  readonly account: RetrainingAccount;
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** Steps that must have succeeded. */
  readonly after: readonly string[];
  /** Further condition, an Argo expression over outputs of earlier steps. */
  readonly when?: string;
  /** Parameter that the step takes from an earlier step's output of the same name. */
  readonly input?: { readonly name: string; readonly from: string };
  /** Output parameter that the step writes to {@link outputsFolder}; its name is the file's. */
  readonly output?: string;
  /** Whether a second try may cure a failure that is not an answer. */
  readonly retried: boolean;
  readonly deadlineSeconds: number;
  readonly memory: string;
}

/** Folder in a step's container where its output parameters lie. */
export const outputsFolder = "/tmp/outputs";
/** A program of services/delivery/build.mjs, by the path that node has in that image. */
export const deliveryCommand = (
  program:
    | "promote"
    | "follow"
    | "resume"
    | "record-run"
    | "record-attempt"
    | "record-erasure"
    | "checkpoint",
) => ["/nodejs/bin/node", `/app/${program}.js`] as const;

/**
 * An output of an earlier step, as a task may name it; a container only knows the inputs of its own
 * template.
 */
export const output = (task: string, name: string) =>
  `{{tasks.${task}.outputs.parameters.${name}}}`;
