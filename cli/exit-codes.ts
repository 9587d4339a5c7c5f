import { InputError } from "../services/contract/problems";

/** How a verb ends; `verbs.json` has the words. */
export type ExitCode = 0 | 1 | 2 | 3;

/** A verb ends with a code that says more than that it failed. */
export class VerbError extends Error {
  override readonly name: string = "VerbError";

  constructor(
    message: string,
    readonly exitCode: ExitCode,
  ) {
    super(message);
  }
}

/** A value of the command line cannot be used. The usage is told with it. */
export class UsageError extends VerbError {
  override readonly name = "UsageError";

  constructor(message: string) {
    super(message, 2);
  }
}

/**
 * The code of what a verb throws. An InputError lists what is wrong with a file or with values that
 * belong together, a RangeError one value.
 */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof VerbError) return error.exitCode;
  return error instanceof InputError || error instanceof RangeError ? 2 : 1;
}
