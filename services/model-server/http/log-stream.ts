/** Where log lines go. */
export interface LogSink {
  write(text: string): unknown;
}

const fullBytes = 65_536;
const longestMilliseconds = 100;

/**
 * Log lines, written some at a time: a system call for each costs more than the prediction that it
 * tells of.
 */
export class LineBuffer implements LogSink {
  #text = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(readonly sink: LogSink) {}

  write(line: string): void {
    this.#text += line;
    if (this.#text.length >= fullBytes) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), longestMilliseconds).unref();
  }

  /** Writes what is held; called before the process ends. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#text;
    this.#text = "";
    if (text !== "") this.sink.write(text);
  }
}
