import type { FastifyReply, FastifyRequest } from "fastify";
import type { Contract } from "../../contract/contract";
import { durationText } from "../../contract/units";
import { readFeedback } from "../feedback/read";
import { Seen } from "../feedback/seen";
import type { PredictionIds } from "../identity/prediction-id";
import type { ModelCounters } from "../metrics/counters";
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
 * `feedback`: the true label of an earlier prediction, by its id, within the label delay of the
 * contract.
 */
export function feedbackHandler({ contract, ids, counters, clock, remembered }: FeedbackDeps) {
  const seen = new Seen(remembered);
  const { labelDelay } = contract.slos;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const feedback = readFeedback(contract, request.body);
    const issued = ids.read(feedback.predictionId);
    if (issued === undefined)
      throw new RequestProblem("feedback.unknown", "this service issued no such prediction id");
    const now = clock();
    if (now > issued.at + labelDelay)
      throw new RequestProblem(
        "feedback.expired",
        `a label may take ${durationText(labelDelay)}, and this one took longer`,
      );
    if (!seen.add(feedback.predictionId, issued.at + labelDelay, now))
      throw new RequestProblem(
        "feedback.duplicate",
        "the label of this prediction was counted before",
      );
    counters.outcome(issued, feedback, now - issued.at);
    if (request.trace) request.trace.facts = { predictionId: feedback.predictionId };
    return reply.code(200).send({ accepted: true, version: issued.version });
  };
}
