import type { RoleKey } from "../evidence/approvals";
import type { Contract } from "../contract/contract";
import { missingApprovals } from "../contract/tiers";
import type { Entry } from "../evidence/ledger";
import { modelsNamespace, servingNames } from "../evidence/rollout";
import { recordedApprovals } from "./approvals";
import { send, type Connection } from "./connection";
import type { ApprovalFound, Region } from "./promotion";
import { readRollout } from "./release-patch";

/**
 * The newest approval of an image in the ledger, once all that the model's risk tier asks for are
 * there. One in a role that has keys counts only with the signature of one of them, as in `npm run
 * attest` and `npm run verify`.
 */
export function approvalIn(
  entries: readonly Entry[],
  { name, riskTier }: Pick<Contract, "name" | "riskTier">,
  digest: string,
  keys: readonly RoleKey[],
): ApprovalFound {
  const { approvals, refused } = recordedApprovals(entries, { model: name, image: digest }, keys);
  const missing = missingApprovals(riskTier, approvals);
  const reference = approvals.at(-1)?.reference;
  if (missing === undefined && reference !== undefined) return { reference };
  return {
    missing: [
      missing ?? "a recorded approval; got none",
      ...refused.map((one) => `not counted: ${one}`),
    ].join("; "),
  };
}

/** The Rollout of a model in the cluster of a connection. */
export function regionAt(name: string, connection: Connection, model: string): Region {
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${modelsNamespace}/rollouts/${servingNames(model).model}`;
  const call = async (request: Parameters<typeof send>[1]) => {
    const answer = await send(connection, request);
    if (answer.status !== 200)
      throw new Error(
        `${name}: ${request.method} ${path} answered ${answer.status}: ${answer.text.slice(0, 300)}`,
      );
    return readRollout(JSON.parse(answer.text));
  };
  return {
    name,
    read: () => call({ method: "GET", path }),
    patch: async (operations) =>
      void (await call({
        method: "PATCH",
        path: `${path}?fieldManager=causeway-promoter`,
        body: JSON.stringify(operations),
        contentType: "application/json-patch+json",
      })),
  };
}
