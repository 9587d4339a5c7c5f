import { parseArgs } from "node:util";
import { chapters, type ChapterName } from "./scenarios/scenario";

export const usage = `npm run rehearse -- [options]

Tries a model's whole life on this machine, with the programs that the containers run.

  --model NAME      a model of services/models            (default: loan-approval)
  --seed N          seed of all draws and of training     (default: 0)
  --out FOLDER      where the report goes                 (default: out)
  --fresh           train again, even where the inputs are the same
  --requests N      requests between two looks            (default: 1000)
  --looks N         most looks at one challenger          (default: 20)
  --chapters LIST   only these, after the champion's: ${chapters.join(",")}
  --help            this text

Exit codes: 0 every chapter ended as the scenario meant it, or Python is missing and the rehearsal was left out; 1 one did not; 2 it
could not run.`;

export class UsageError extends Error {}

export interface RehearseArguments {
  readonly model: string;
  readonly seed: number;
  readonly out: string;
  readonly fresh: boolean;
  readonly requestsPerLook: number;
  readonly looks: number;
  /**
   * What is told after the champion's chapter; all that the scenario has something to try in when
   * absent.
   */
  readonly chapters: readonly ChapterName[] | undefined;
  readonly help: boolean;
}

/** Reads the command line. Throws UsageError. */
export function rehearseArguments(args: readonly string[]): RehearseArguments {
  const { values } = parsed(args);
  const whole = (name: "seed" | "requests" | "looks", low: number, high: number) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < low || value > high)
      throw new UsageError(
        `--${name}: got ${values[name]}, allowed: a whole number from ${low} to ${high}`,
      );
    return value;
  };
  const { model, out, fresh, help } = values;
  const asked = values.chapters?.split(",");
  const unknown = (asked ?? []).filter((name) => !chapters.some((one) => one === name));
  if (unknown.length > 0)
    throw new UsageError(`--chapters: got ${unknown.join(",")}, allowed: ${chapters.join(",")}`);
  return {
    chapters: asked && chapters.filter((name) => asked.includes(name)),
    model,
    out,
    fresh,
    help,
    seed: whole("seed", 0, 2 ** 31 - 1),
    requestsPerLook: whole("requests", 50, 20_000),
    looks: whole("looks", 1, 100),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        model: { type: "string", default: "loan-approval" },
        seed: { type: "string", default: "0" },
        out: { type: "string", default: "out" },
        fresh: { type: "boolean", default: false },
        requests: { type: "string", default: "1000" },
        looks: { type: "string", default: "20" },
        chapters: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
