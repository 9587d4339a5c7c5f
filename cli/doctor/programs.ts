import { execFile } from "node:child_process";

/** How a program of this machine ended. */
export interface Ended {
  /** Null where it was ended because it took too long. */
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

const patienceMs = 30_000;
/** The state of a large stack is its longest output. */
const longestOutput = 256 * 1024 * 1024;

/** Runs a program; undefined where it is not installed. */
export function runProgram(
  program: string,
  args: readonly string[],
  cwd?: string,
): Promise<Ended | undefined> {
  return new Promise((resolve) =>
    execFile(
      program,
      args,
      { cwd, env: process.env, timeout: patienceMs, maxBuffer: longestOutput, encoding: "utf8" },
      (error, out, err) => {
        if (error?.code === "ENOENT") return resolve(undefined);
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : null;
        return resolve({ code, out, error: err });
      },
    ),
  );
}

/** The first line that says something: of an error, else of the output. */
export function firstLine({ out, error }: Ended): string {
  return (
    `${error}\n${out}`
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? "no output"
  );
}

/** What a program printed as JSON; undefined for anything else. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The numbers of the first version in a text, such as [3, 248, 0]; undefined where there is none. */
export function versionIn(text: string): readonly number[] | undefined {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return found?.slice(1).map((part) => Number(part ?? 0));
}

/** Whether a version is at least another. */
export function atLeast(version: readonly number[], least: readonly number[]): boolean {
  for (const [place, wanted] of least.entries()) {
    const part = version[place] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
