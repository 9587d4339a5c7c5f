import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { runOrThrow } from "../lib/process";
import { duration, say } from "../lib/text";
import { cachedFolder } from "./cache";
import { findGo } from "./go";
import { GO_MINIMUM } from "./pins";

const PROGRESS_EVERY_MS = 20_000;

/** A small Go program of ours that calls packages of pinned modules. */
export interface ProgramSource {
  readonly name: string;
  /** The one file that it is made of. */
  readonly file: string;
  /** Version of each module that it uses, without the leading `v`. */
  readonly modules: Readonly<Record<string, string>>;
}

/**
 * Finds or builds a program: the command that starts it. Another text or another version is another
 * program.
 */
export async function ensureProgram({ name, file, modules }: ProgramSource): Promise<string> {
  const text = await readFile(file, "utf8");
  const digest = createHash("sha256")
    .update(JSON.stringify([text, modules, GO_MINIMUM]))
    .digest("hex")
    .slice(0, 12);
  const folder = await cachedFolder(`${name}-${digest}`, async (target) => {
    const go = await findGo();
    const scratch = await mkdtemp(path.join(os.tmpdir(), "causeway-program-"));
    const started = Date.now();
    let compiled = 0;
    const timer = setInterval(
      () => say(`  ${name}: ${compiled} packages compiled in ${duration(Date.now() - started)}`),
      PROGRESS_EVERY_MS,
    );
    try {
      say(`  ${name}: building`);
      const required = Object.entries(modules).map(
        ([module, version]) => `require ${module} v${version}`,
      );
      await writeFile(
        path.join(scratch, "go.mod"),
        [`module causeway/${name}`, `go ${GO_MINIMUM}`, ...required, ""].join("\n"),
      );
      await writeFile(path.join(scratch, "main.go"), text);
      const env = {
        ...process.env,
        CGO_ENABLED: "0",
        GOWORK: "off",
        GOFLAGS: "-buildvcs=false -mod=mod",
      };
      await runOrThrow(
        go,
        ["build", "-v", "-ldflags", "-s -w", "-o", path.join(target, name), "."],
        {
          cwd: scratch,
          env,
          niceness: 10,
          onStderrLine: () => {
            compiled += 1;
          },
        },
      );
      say(`  ${name}: built in ${duration(Date.now() - started)}`);
    } finally {
      clearInterval(timer);
      await rm(scratch, { recursive: true, force: true });
    }
  });
  return path.join(folder, name);
}
