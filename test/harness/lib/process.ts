import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import * as os from "node:os";
import type { ChildProcess } from "node:child_process";

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the process is killed. @default none */
  readonly timeoutMs?: number;
  /** Scheduling priority, 0 (normal) to 19 (most polite). @default 0 */
  readonly niceness?: number;
  readonly onStderrLine?: (line: string) => void;
  readonly onStdoutLine?: (line: string) => void;
  /** Called once with the child, for tests that kill it. */
  readonly onStart?: (child: ChildProcess) => void;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

function lineSplitter(onLine: (line: string) => void): (chunk: string) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  };
}

function lowerPriority(child: ChildProcess, niceness: number | undefined): void {
  if (niceness === undefined || child.pid === undefined) return;
  try {
    os.setPriority(child.pid, niceness);
  } catch {
    // The child has already ended, or the platform has no priorities: speed only, never a failure.
  }
}

/**
 * Runs a program to its end; never throws for a non-zero exit. A killed or timed-out program has
 * code 124 or 137.
 */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    lowerPriority(child, options.niceness);
    options.onStart?.(child);
    let stdout = "";
    let stderr = "";
    let timedOut = false;
    const onOut = options.onStdoutLine && lineSplitter(options.onStdoutLine);
    const onErr = options.onStderrLine && lineSplitter(options.onStderrLine);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      onOut?.(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      onErr?.(text);
    });
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill("SIGKILL");
          }, options.timeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({
        code: timedOut ? 124 : (code ?? 137),
        stdout,
        stderr,
        durationMs: Date.now() - started,
      });
    });
  });
}

/** Runs a program and throws with its output when it does not exit with 0. */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    const output = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-40).join("\n");
    throw new Error(`${command} ${args.join(" ")} exited with ${result.code}\n${output}`);
  }
  return result;
}

/** A long-running program that this process started and must stop. */
export interface Daemon {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  isRunning(): boolean;
  /** Ends the program by its own process id and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const daemons = new Set<ChildProcess>();

// Whatever way this process ends, nothing that it started stays behind.
process.on("exit", () => daemons.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

/**
 * The environment for programs in Go that live for minutes at most: they trade memory for processor
 * time. An API server starts in 6 s of it with 1.1 GB at 200, in 9 s with 0.8 GB at the default of
 * 100, and no faster with 1.8 GB at 800.
 */
export function quickEnvironment(): NodeJS.ProcessEnv {
  return { GOGC: "200", ...process.env };
}

/** Starts a program in the background with its output in a log file. */
export function startDaemon(
  name: string,
  command: string,
  args: readonly string[],
  logFile: string,
  env: NodeJS.ProcessEnv = quickEnvironment(),
): Daemon {
  const log = createWriteStream(logFile, { flags: "a" });
  const child = spawn(command, [...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  daemons.add(child);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const closed = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      log.end(`${error.message}\n`);
      resolve();
    });
    child.on("close", () => {
      daemons.delete(child);
      log.end();
      resolve();
    });
  });
  const isRunning = (): boolean =>
    child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    name,
    pid: child.pid ?? -1,
    logFile,
    isRunning,
    async stop(signal = "SIGTERM") {
      if (!isRunning()) return;
      child.kill(signal);
      const forced = setTimeout(() => child.kill("SIGKILL"), 15_000);
      await closed;
      clearTimeout(forced);
    },
  };
}
