import { readFileSync } from "node:fs";
import type { ExitCode } from "./exit-codes";

/** Where a verb writes to and reads from. */
export interface Streams {
  out(text: string): void;
  error(text: string): void;
  /** All of the standard input. */
  input(): string;
}

const processStreams: Streams = {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  input: () => readFileSync(0, "utf8"),
};

/** What a verb says and how it ends. */
export class Terminal {
  /** Set by the verb. @default 0, unless it throws */
  exitCode: ExitCode = 0;
  private json = false;

  constructor(private readonly streams: Streams = processStreams) {}

  /** From here on standard output is for JSON alone. */
  onlyJson(): void {
    this.json = true;
  }

  /** A line for a person: what is going on, and what was found. */
  readonly print = (line: string): void =>
    this.json ? this.complain(line) : this.streams.out(`${line}\n`);

  /** A line about what is wrong. */
  readonly complain = (line: string): void => this.streams.error(`${line}\n`);

  /** What the verb found: with `--json` the value, else the lines. */
  result(value: unknown, lines: readonly string[]): void {
    if (this.json) this.streams.out(`${JSON.stringify(value, null, 2)}\n`);
    else lines.forEach(this.print);
  }

  input(): string {
    return this.streams.input();
  }
}
