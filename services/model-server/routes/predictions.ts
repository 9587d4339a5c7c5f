import type { FastifyReply, FastifyRequest } from "fastify";
import { halfOf } from "../../contract/arms";
import type { Contract } from "../../contract/contract";
import type { Trace } from "../http/watch";
import type { PredictionIds } from "../identity/prediction-id";
import { pseudonym, type Keys } from "../identity/keys";
import type { Batcher } from "../inference/batcher";
import type { ModelCounters } from "../metrics/counters";
import { FramedBody, headerLength } from "../requests/binary";
import { callerIn } from "../requests/caller";
import type { Column, Rows } from "../requests/columns";
import { readInference } from "../requests/inference";
import { readNamed } from "../requests/named";
import { subjectHeader, subjectInHeader } from "../requests/subject";
import type { TensorForm } from "../requests/tensor";
import { answerBytes, answerHead, answerText, type Predictions } from "./tensors";

export interface PredictionDeps {
  readonly contract: Contract;
  readonly version: string;
  readonly columns: readonly Column[];
  readonly form: TensorForm;
  readonly batcher: Batcher;
  readonly counters: ModelCounters;
  readonly ids: PredictionIds;
  readonly keys: Keys;
  /** Seconds since the epoch. */
  readonly clock: () => number;
}

/** `predict`: one row by the names of its features. */
export function predictHandler(deps: PredictionDeps) {
  return async (request: FastifyRequest) => {
    const { rows, subject } = readNamed(deps.columns, request.body);
    const { scores, labels, ids } = await predictions(deps, request, rows, subject);
    const { target, name } = deps.contract;
    return {
      model: name,
      version: deps.version,
      predictionId: ids[0],
      label: labels[0],
      score: scores[0],
      threshold: target.threshold,
    };
  };
}

/** `infer`: rows as tensors (Open Inference Protocol v2); `answers.infer` says what it looks like. */
export function inferHandler(deps: PredictionDeps) {
  const head = answerHead(deps.contract.name, deps.version);
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { body } = request;
    const framed = body instanceof FramedBody;
    const { rows, id, outputs } = readInference(
      deps.form,
      framed ? body.json : body,
      framed ? body.tensors : undefined,
    );
    const found = await predictions(deps, request, rows, undefined);
    const start = `${head}${JSON.stringify(id ?? request.id)}`;
    if (!outputs.some(({ binary }) => binary))
      return reply.type("application/json; charset=utf-8").send(answerText(start, outputs, found));
    const { json, bytes } = answerBytes(start, outputs, found);
    return reply
      .header(headerLength, String(json.length))
      .type("application/octet-stream")
      .send(Buffer.concat([json, ...bytes]));
  };
}

/** Who asks, and where the facts for the log go. */
export interface Asking {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly trace: Pick<Trace, "facts"> | null;
}

/** Scores rows, counts them and gives each an id. */
export async function predictions(
  deps: PredictionDeps,
  request: Asking,
  rows: Rows,
  subjectInBody: string | undefined,
): Promise<Predictions> {
  const routed = subjectInHeader(request.headers[subjectHeader]);
  const subject = subjectInBody ?? routed;
  const scores = await deps.batcher.score(rows);
  const { target, release } = deps.contract;
  const at = Math.floor(deps.clock());
  const half = routed === undefined ? undefined : halfOf(routed);
  const kept = release.strategy === "ab" ? half : undefined;
  const asking = callerIn(request.headers);
  const caller = asking === undefined ? undefined : deps.ids.callerTag(asking);
  const positives: boolean[] = [];
  const bins: number[] = [];
  const ids: string[] = [];
  for (const score of scores) {
    const positive = score >= target.threshold;
    const bin = deps.counters.scoreBin(score);
    positives.push(positive);
    bins.push(bin);
    ids.push(deps.ids.issue({ version: deps.version, positive, bin, at, subject: kept, caller }));
  }
  // In an A/B test a request without a subject goes to the champion always.
  const compared = half !== undefined || release.strategy !== "ab";
  deps.counters.predicted(rows, positives, bins, scores, compared);
  const labels = positives.map((positive) =>
    positive ? target.positiveLabel : target.negativeLabel,
  );
  if (half !== undefined) deps.counters.comparison.asked(half);
  if (request.trace) request.trace.facts = facts(deps, ids, labels, subject);
  return { scores, labels, ids };
}

/**
 * What the log keeps of a prediction: enough to find it again, nothing about the person but a keyed
 * hash.
 */
function facts(
  { keys }: PredictionDeps,
  ids: readonly string[],
  labels: readonly string[],
  subject: string | undefined,
): Record<string, string | number> {
  const hashed: Record<string, string> =
    subject === undefined ? {} : { subject: pseudonym(keys, subject) };
  // Ids of one request are consecutive, so the first and the number name them all.
  return {
    predictionId: ids[0] ?? "",
    rows: ids.length,
    ...(labels.length === 1 && { label: labels[0] ?? "" }),
    ...hashed,
  };
}
