import type { FastifyRequest } from "fastify";
import type { Explainer } from "../explain/explainer";
import { principalReasons, reasonsAsked } from "../explain/reasons";
import { confidence } from "../explain/stability";
import { pseudonym } from "../identity/keys";
import { readNamed } from "../requests/named";
import { RequestProblem } from "../requests/problem";
import { subjectHeader, subjectInHeader } from "../requests/subject";
import type { PredictionDeps } from "./predictions";

export interface ExplainDeps extends PredictionDeps {
  readonly explainer: Explainer;
  /** Explanations at a time. */
  readonly concurrent: number;
}

/**
 * `explain`: why a row gets its score, and the principal reasons where the answer is against the
 * person. Not a prediction: it counts neither features nor labels.
 */
export function explainHandler(deps: ExplainDeps) {
  const { contract, explainer, counters } = deps;
  let running = 0;
  return async (request: FastifyRequest) => {
    const { rows, subject } = readNamed(deps.columns, request.body);
    const whom = subject ?? subjectInHeader(request.headers[subjectHeader]);
    if (whom !== undefined && request.trace)
      request.trace.facts = { subject: pseudonym(deps.keys, whom) };
    if (running >= deps.concurrent) {
      counters.sheds.explanations.value += 1;
      throw new RequestProblem(
        "server.overloaded",
        "the server works on as many explanations as it can; try again later",
      );
    }
    running += 1;
    try {
      const score = (await deps.batcher.score(rows))[0] ?? NaN;
      const label =
        score >= contract.target.threshold
          ? contract.target.positiveLabel
          : contract.target.negativeLabel;
      const { explanation, ranking } = await explainer.explain(
        rows.values,
        reasonsAsked(contract, label),
      );
      const contributions = [...explanation.contributions].sort(
        (a, b) => Math.abs(b.contribution) - Math.abs(a.contribution),
      );
      return {
        model: contract.name,
        version: deps.version,
        label,
        score,
        scale: "log-odds",
        ...explanation,
        contributions,
        reasons: principalReasons(contract, explanation, ranking),
        reasonsStable: ranking.stable,
        confidence,
      };
    } finally {
      running -= 1;
    }
  };
}
