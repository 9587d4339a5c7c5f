import { describeProblem, InputError } from "../contract/problems";
import { readConfig } from "./config";
import { drain } from "./drain";
import { framesOf } from "./http/errors";
import { PortTaken } from "./http/listen";
import { LineBuffer } from "./http/log-stream";
import { start, type Running } from "./start";

/** Exit codes: 2 means that what was given is wrong, and that a restart would not help. */
const exits = { failed: 1, refused: 2 } as const;

const logs = new LineBuffer(process.stdout);

function say(
  level: "info" | "error" | "fatal",
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  logs.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), ...more, msg: message })}\n`,
  );
}

function leave(code: number): void {
  logs.flush();
  process.exitCode = code;
  process.exit();
}

function stopOnSignals(running: Running, drainSeconds: number): void {
  let stopping = false;
  const stop = (signal: string) => {
    // A second signal means now.
    if (stopping) return leave(exits.failed);
    stopping = true;
    say("info", `${signal}: draining`);
    setTimeout(() => {
      say("error", `requests were still in flight after ${drainSeconds} s`, {
        inFlight: running.inFlight(),
      });
      leave(exits.failed);
    }, drainSeconds * 1_000).unref();
    drain(running, drainSeconds).then(
      () => {
        say("info", "drained");
        leave(0);
      },
      (error: unknown) => fail(error),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

function fail(error: unknown): void {
  if (error instanceof InputError) {
    say("fatal", `${error.source}: ${error.problems.map(describeProblem).join("; ")}`);
    return leave(error instanceof PortTaken ? exits.failed : exits.refused);
  }
  say("fatal", "the server failed", {
    error: error instanceof Error ? error.name : typeof error,
    frames: framesOf(error),
  });
  leave(exits.failed);
}

async function main(): Promise<void> {
  const startedSeconds = Date.now() / 1_000 - process.uptime();
  const config = readConfig(process.env);
  const running = await start(config, logs, startedSeconds);
  say("info", "listening", {
    ...running.ports,
    startMilliseconds: Math.round(process.uptime() * 1_000),
  });
  stopOnSignals(running, config.drainSeconds);
}

// Nothing is known about the state after either: say so, and let the platform start a fresh
// process.
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
main().catch(fail);
