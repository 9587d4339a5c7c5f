import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";

const children = new Set<ChildProcess>();

/** Starts a program that ends with this one, whichever way this one ends. */
export function startChild(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const child = spawn(command, [...args], options);
  children.add(child);
  child.once("close", () => children.delete(child));
  child.once("error", () => children.delete(child));
  return child;
}

/**
 * Ends a program by its own process id: asks first, insists after `graceMilliseconds`. Resolves
 * when it is gone.
 */
export async function endChild(child: ChildProcess, graceMilliseconds: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMilliseconds);
  await gone;
  clearTimeout(timer);
}

/** Programs that are still running. */
export function running(): number {
  return children.size;
}

/**
 * Makes sure that nothing stays behind: on exit, and on Ctrl-C or a request to stop, which end this
 * process with 130.
 */
export function endChildrenWithUs(): void {
  process.on("exit", () => {
    for (const child of children) child.kill("SIGKILL");
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => process.exit(130));
}
