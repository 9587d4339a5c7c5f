import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Environment } from "../../services/training/environment";
import { startChild } from "./children";

const gateSchema = z.object({
  gate: z.string(),
  value: z.number().nullable(),
  min: z.number().optional(),
  max: z.number().optional(),
  passed: z.boolean(),
  /** Of a gate on an interval: held, failed or not shown. */
  outcome: z.string().optional(),
});
/** A gate of a training step, with its value. */
export type TrainingGate = z.output<typeof gateSchema>;

const stepLine = z.object({
  step: z.string(),
  fresh: z.boolean(),
  seconds: z.number(),
  notes: z.array(z.string()),
});
const gateLine = z.object({
  error: z.literal("gate"),
  step: z.string(),
  gates: z.array(gateSchema),
});
const inputLine = z.object({ error: z.literal("input"), message: z.string() });

export interface TrainOptions {
  readonly environment: Environment;
  readonly contractFile: string;
  /** Run directory; steps in it whose inputs have the same digests are not run again. */
  readonly run: string;
  /** Where a model that passes every gate is released to. */
  readonly release: string;
  readonly champion?: string;
  readonly source?: string;
  readonly seed: number;
  readonly createdAt: string;
  readonly arguments: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly onStep: (step: StepResult) => void;
}

export interface StepResult {
  readonly step: string;
  /** Whether the step ran; otherwise its result was there, made from the same inputs. */
  readonly fresh: boolean;
  readonly seconds: number;
  readonly notes: readonly string[];
}

/** How a training run ended: with a release, or at a gate. */
export type Trained =
  | {
      readonly outcome: "released";
      readonly steps: readonly StepResult[];
      readonly seconds: number;
    }
  | {
      readonly outcome: "refused";
      readonly step: string;
      readonly gates: readonly TrainingGate[];
      readonly steps: readonly StepResult[];
      readonly seconds: number;
    };

const exitCodeOfGate = 3;

/** Runs all training steps. Rejects unless they end with a release or at a gate. */
export async function train(options: TrainOptions): Promise<Trained> {
  const { environment, contractFile, run, release, champion, source, seed, createdAt } = options;
  const from = performance.now();
  const steps: StepResult[] = [];
  const said: unknown[] = [];
  const named = {
    contract: contractFile,
    run,
    to: release,
    seed: String(seed),
    "created-at": createdAt,
    ...(champion === undefined ? {} : { champion }),
    ...(source === undefined ? {} : { source }),
  };
  const args = [
    "-m",
    "causeway_training",
    "all",
    "--json",
    ...Object.entries(named).flatMap(([name, value]) => [`--${name}`, value]),
    ...options.arguments,
  ];
  const { code, errors } = await lines(environment, args, options.variables ?? {}, (line) => {
    const entry: unknown = JSON.parse(line);
    said.push(entry);
    const step = stepLine.safeParse(entry);
    if (!step.success) return;
    steps.push(step.data);
    options.onStep(step.data);
  });
  const seconds = (performance.now() - from) / 1_000;
  if (code === 0) return { outcome: "released", steps, seconds };
  const gate = said.map((entry) => gateLine.safeParse(entry)).find((found) => found.success);
  if (code === exitCodeOfGate && gate?.success)
    return { outcome: "refused", step: gate.data.step, gates: gate.data.gates, steps, seconds };
  const input = said.map((entry) => inputLine.safeParse(entry)).find((found) => found.success);
  throw new Error(
    input?.success ? input.data.message : `the training steps ended with ${code}\n${errors}`,
  );
}

function lines(
  { python, variables }: Environment,
  args: readonly string[],
  more: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Promise<{ code: number | null; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = startChild(python, args, {
      env: { ...process.env, ...variables, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let errors = "";
    child.stderr?.on(
      "data",
      (part: Buffer) => (errors = `${errors}${part.toString("utf8")}`.slice(-4_000)),
    );
    if (child.stdout) createInterface({ input: child.stdout }).on("line", onLine);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, errors }));
  });
}

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });
const group = z.object({
  group: z.string(),
  rows: z.number(),
  judged: z.boolean(),
  selectionRate: z.number().nullable(),
  selectionRateLow: z.number().optional(),
  selectionRateHigh: z.number().optional(),
});
const evaluationSchema = z.object({
  rows: z.number(),
  metrics: z.record(z.string(), estimate),
  gates: z.array(gateSchema),
  comparison: z
    .object({
      metric: z.string(),
      before: z.number(),
      after: z.number(),
      p: z.number(),
      gates: z.array(gateSchema),
    })
    .optional(),
});
const auditSchema = z.object({
  attributes: z.array(
    z.object({ attribute: z.string(), reference: z.string(), groups: z.array(group) }),
  ),
  gates: z.array(gateSchema),
  againstChampion: z.object({ gates: z.array(gateSchema) }).optional(),
});
const explanationSchema = z.object({
  method: z.string(),
  importance: z.array(z.object({ feature: z.string(), meanAbsolute: z.number() })),
});

export type Evaluation = z.output<typeof evaluationSchema>;
export type Audit = z.output<typeof auditSchema>;
export type Explanation = z.output<typeof explanationSchema>;

/** Reports of a run; those of a step that a gate stopped are kept beside it. */
export function reportsOf(run: string): {
  evaluation: Evaluation;
  audit: Audit | undefined;
  explanation: Explanation | undefined;
} {
  const read = (step: string, file: string): unknown =>
    jsonIn(join(run, step, file)) ?? jsonIn(join(run, `${step}.failed`, file));
  return {
    evaluation: evaluationSchema.parse(read("evaluate", "evaluation.json")),
    audit: auditSchema.optional().parse(read("audit", "audit.json")),
    explanation: explanationSchema
      .optional()
      .parse(jsonIn(join(run, "explain", "explanation.json"))),
  };
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
