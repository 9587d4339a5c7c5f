import type { FastifyReply, FastifyRequest } from "fastify";
import type { Contract } from "../../contract/contract";
import { durationText } from "../../contract/units";
import { readFeedback } from "../feedback/read";
import { Seen } from "../feedback/seen";
import type { Issued, PredictionIds } from "../identity/prediction-id";
import type { ModelCounters } from "../metrics/counters";
import { callerIn } from "../requests/caller";
import { RequestProblem } from "../requests/problem";

export interface FeedbackDeps {
  readonly contract: Contract;
  readonly ids: PredictionIds;
  readonly counters: ModelCounters;
  readonly clock: () => number;
  /** Ids that are remembered against double counting. */
  readonly remembered: number;
}

/**
 * `feedback`: the true label of an earlier prediction of either version, or the groups of its
 * subject, by its id, within the label delay of the contract. Each of the two counts once.
 */
export function feedbackHandler({ contract, ids, counters, clock, remembered }: FeedbackDeps) {
  const seen = new Seen(remembered);
  const { labelDelay } = contract.slos;
  const others = contract.feedback?.callers ?? [];
  const mayLabel = ({ caller: asked }: Issued, caller: string | undefined): boolean =>
    asked === undefined ||
    (caller !== undefined && (others.includes(caller) || ids.isCaller(asked, caller)));
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const feedback = readFeedback(contract, request.headers, request.body);
    const issued = ids.read(feedback.predictionId);
    if (issued === undefined)
      throw new RequestProblem("feedback.unknown", "this service issued no such prediction id");
    if (!mayLabel(issued, callerIn(request.headers)))
      throw new RequestProblem(
        "feedback.caller",
        "a label is taken from the caller that asked for the prediction, and from those that the contract names under feedback.callers",
      );
    const now = clock();
    if (now > issued.at + labelDelay)
      throw new RequestProblem(
        "feedback.expired",
        `a label may take ${durationText(labelDelay)}, and this one took longer`,
      );
    const labelled = feedback.positive !== undefined;
    const what = labelled ? "label" : "groups";
    if (!seen.add(`${what} ${feedback.predictionId}`, issued.at + labelDelay, now))
      throw new RequestProblem(
        "feedback.duplicate",
        `the ${what} of this prediction ${labelled ? "was" : "were"} counted before`,
      );
    if (labelled) counters.outcomes.add(issued, feedback, now - issued.at);
    else counters.outcomes.decided(issued, feedback.groups);
    if (request.trace) request.trace.facts = { predictionId: feedback.predictionId };
    return reply.code(200).send({ accepted: true, version: issued.version });
  };
}
