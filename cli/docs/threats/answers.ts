import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { z } from "zod";

const edit = z.strictObject({
  /** What is gone then, as a sentence. */
  without: z.string(),
  /** File of the product, from the repository's root. */
  file: z.string(),
  /** Text of the file, which it has once. */
  text: z.string(),
  /** What stands there instead. */
  instead: z.string(),
  /** File of tests that must fail then. */
  test: z.string(),
  /** The test in it that must fail; all of the file run without. */
  name: z.string().optional(),
});
const outside = z.strictObject({
  /** Who gives the answer: `AWS`, `people`, or tests over a real system. */
  by: z.enum(["AWS", "people", "end-to-end tests"]),
  /** Why no test of this repository can see it taken away. */
  reason: z.string(),
});
const document = z.record(z.string(), z.union([edit, outside]));

/** An answer to a threat that an edit of the product takes away. */
export type AnswerEdit = z.infer<typeof edit>;
/** An answer that is given elsewhere, and by whom. */
export type AnswerOutside = z.infer<typeof outside>;

/**
 * By threat, how its answer is taken away and which test fails then. `npm run answers` takes each
 * away and demands the failure.
 */
export const answers: ReadonlyMap<string, AnswerEdit | AnswerOutside> = new Map(
  Object.entries(document.parse(load(readFileSync(join(__dirname, "answers.yaml"), "utf8")))),
);

/** Whether an answer is taken away by an edit. */
export function isEdit(answer: AnswerEdit | AnswerOutside): answer is AnswerEdit {
  return "file" in answer;
}
