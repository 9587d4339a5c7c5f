import { appendFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";

/** Where a line was written. */
export interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
}

export type Output = "stdout" | "stderr";

/**
 * A line as containerd writes it: time, stream, `P` for a piece or `F` for the end of a line, and
 * text.
 * @param pieceBytes Longest piece in bytes, of a text without characters of several bytes; 16 KiB
 *   in containerd itself.
 */
export function containerLines(
  text: string,
  {
    time,
    output,
    pieceBytes = 16_384,
  }: { readonly time: string; readonly output: Output; readonly pieceBytes?: number | undefined },
): string {
  const pieces = Array.from({ length: Math.max(1, Math.ceil(text.length / pieceBytes)) }, (_, i) =>
    text.slice(i * pieceBytes, (i + 1) * pieceBytes),
  );
  return pieces
    .map((piece, i) => `${time} ${output} ${i === pieces.length - 1 ? "F" : "P"} ${piece}\n`)
    .join("");
}

/**
 * RFC 3339 with nanoseconds, as containerd has it: the milliseconds of a time and a count below
 * them.
 */
export function nanoseconds(milliseconds: number, count: number): string {
  return new Date(milliseconds)
    .toISOString()
    .replace("Z", `${String(count % 1_000_000).padStart(6, "0")}Z`);
}

/** The log of one container, in the folders and under the names that a kubelet gives it. */
export class ContainerLog {
  readonly #folder: string;
  #lines = 0;

  constructor(
    podLogs: string,
    readonly container: Container,
  ) {
    const { namespace, pod, uid } = container;
    this.#folder = join(podLogs, `${namespace}_${pod}_${uid}`, container.container);
    mkdirSync(this.#folder, { recursive: true });
  }

  /** Adds a line. */
  write(
    text: string,
    {
      output = "stdout",
      pieceBytes,
    }: { readonly output?: Output; readonly pieceBytes?: number | undefined } = {},
  ): void {
    this.#lines += 1;
    appendFileSync(
      this.#file,
      containerLines(text, { time: nanoseconds(Date.now(), this.#lines), output, pieceBytes }),
    );
  }

  /** The file gets the time in its name, and a new one takes its place. */
  rotate(): void {
    renameSync(
      this.#file,
      `${this.#file}.${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}`,
    );
    appendFileSync(this.#file, "");
  }

  get #file(): string {
    return join(this.#folder, "0.log");
  }
}
