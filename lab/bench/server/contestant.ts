import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Core that servers run on; the client has the other to itself. */
export const serverCore = "0";
export const clientCore = "1";

/** A server of the comparison. */
export interface Contestant {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly folder: string;
  readonly port: number;
  readonly variables: Readonly<Record<string, string>>;
}

export interface Running {
  /** Resident memory in megabytes. */
  readonly megabytes: () => number;
  /** Processor time so far, in seconds. */
  readonly processorSeconds: () => number;
  stop(): Promise<void>;
}

const readyWithin = 60_000;

/**
 * Starts a server on its core and waits until it is ready. Its output goes to `log`. Throws when it
 * ends or does not become ready.
 */
export async function startContestant(
  { name, command, folder, port, variables }: Contestant,
  log: string,
): Promise<Running> {
  const file = openSync(log, "a");
  const child = spawn("taskset", ["-c", serverCore, ...command], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...variables },
    stdio: ["ignore", file, file],
  });
  const until = Date.now() + readyWithin;
  while (!(await isReady(port))) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop(child);
      throw new Error(
        `${name} did not become ready:\n${readFileSync(log, "utf8").split("\n").slice(-12).join("\n")}`,
      );
    }
    await sleep(100);
  }
  return {
    megabytes: () => residentMegabytes(child.pid),
    processorSeconds: () => processorSeconds(child.pid),
    stop: () => stop(child),
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (
      await fetch(`http://127.0.0.1:${port}/v2/health/ready`, {
        signal: AbortSignal.timeout(1_000),
      })
    ).ok;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await ended;
  clearTimeout(patience);
}

function residentMegabytes(pid: number | undefined): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return (Number(match?.[1]) * 1_024) / 1e6;
}

/** User and system time out of proc(5), which counts in hundredths of a second. */
function processorSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
