import { eraseAccount, namespaces, erasureLabels } from "../../kubernetes/labels";
import { labelKeys } from "../../../services/contract/labels";

/**
 * Parameters of an erasure: the model, the subject's pseudonym as logs and data have it, and why.
 */
export const erasureParameters = ["model", "pseudonym", "reason"] as const;

/** How long somebody else may take to look at what would be erased, in seconds. */
export const approvalSeconds = 72 * 3_600;
/** How long the work may take: every file is read. */
export const workSeconds = 12 * 3_600;

/**
 * How long the other regions may take to answer before home goes on, in seconds; the erasure is
 * then open, and so are their orders.
 */
export const regionsSeconds = 24 * 3_600;

/** Secret with the ring of keys, in the namespace of training. */
export const ringSecret = {
  name: "subject-keys",
  key: "key",
  folder: "/etc/causeway-keys",
} as const;

/** The account that erases; its pods report their results to the workflow controller. */
export function eraserAccount(reason = "A step reports its result to the workflow controller.") {
  return {
    metadata: {
      name: eraseAccount,
      namespace: namespaces.training,
      labels: erasureLabels,
      annotations: { [labelKeys.apiToken]: reason },
    },
    automountServiceAccountToken: true,
  };
}
