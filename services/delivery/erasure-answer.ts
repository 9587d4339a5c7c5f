import { z } from "zod";
import { digest } from "../contract/units";

const count = z.number().int().min(0);
const searched = z.object({
  files: count,
  bytes: count,
  found: z.array(z.string()),
  closed: z.array(z.string()),
});

/** A run that the subject's rows went into, and what it made. */
const reachedRun = z.object({
  run: z.string(),
  dataset: digest.nullable(),
  version: z.string().optional(),
  model: digest.optional(),
  image: digest.nullable().optional(),
});
export type ReachedRun = z.output<typeof reachedRun>;

const askedRegion = z.object({
  region: z.string(),
  state: z.enum(["silent", "found", "failed", "refused", "erased"]),
  lines: count,
  left: count.nullable(),
  problem: z.string().nullable(),
});

/** What `python -m causeway_training.erasing` answers. */
export const answerSchema = z.object({
  model: z.string(),
  retrain: z.boolean(),
  runs: z.array(reachedRun),
  search: searched,
  erased: z
    .object({ files: count, rows: count, versions: count, left: z.array(z.string()) })
    .optional(),
  /** Name or address of the log store that was looked into; null where none was. */
  logs: z.string().nullable().optional(),
  logLines: count.nullable(),
  logLinesLeft: count.nullable().optional(),
  /**
   * Other regions that were asked, each with what it said last; `silent` is one that has said
   * nothing.
   */
  regions: z.array(askedRegion).optional(),
  clean: z.boolean().optional(),
});
export type Answer = z.output<typeof answerSchema>;
