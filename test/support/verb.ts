import { runVerb } from "../../cli/run-verb";
import { Terminal } from "../../cli/terminal";

/** What a verb wrote, and its exit code. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `causeway <name> ...` in this process. */
export async function causeway(name: string, argv: readonly string[], input = ""): Promise<Ended> {
  const written = { out: "", err: "" };
  const terminal = new Terminal({
    out: (text) => void (written.out += text),
    error: (text) => void (written.err += text),
    input: () => input,
  });
  return { code: await runVerb(name, argv, terminal), ...written };
}
