import type { Chapter } from "./result";

/** Tells a person what happens, and keeps the timeline. */
export class Progress {
  readonly chapters: Chapter[] = [];
  readonly #from = performance.now();

  constructor(readonly say: (line: string) => void) {}

  get seconds(): number {
    return (performance.now() - this.#from) / 1_000;
  }

  /** A line with the time since the start. */
  line(text: string): void {
    this.say(`${this.seconds.toFixed(1).padStart(5)} s  ${text}`);
  }

  /** Runs one chapter; `outcome` says what it came to. */
  async chapter<T>(
    title: string,
    kind: Chapter["kind"],
    work: () => Promise<T>,
    outcome: (result: T) => Pick<Chapter, "outcome" | "tone" | "inUse">,
  ): Promise<T> {
    const from = this.seconds;
    this.line(title);
    const result = await work();
    const ended = outcome(result);
    this.chapters.push({ title, kind, from, to: this.seconds, ...ended });
    this.line(`  -> ${ended.outcome}`);
    return result;
  }
}
