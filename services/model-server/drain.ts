import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "./start";

/** A server without a request for this long has been forgotten by those who sent them. */
const quietMilliseconds = 300;
const lookMilliseconds = 20;

/**
 * Goes without losing a request: says that it is not ready, asks each connection to close with its
 * next answer, keeps answering until nobody sends any more or half the time is over, and then stops
 * listening and finishes what is in flight.
 */
export async function drain(running: Running, drainSeconds: number): Promise<void> {
  running.lifecycle.ready = false;
  running.lifecycle.stopping = true;
  const until = performance.now() + (drainSeconds * 1_000) / 2;
  let quietSince = performance.now();
  let taken = running.taken();
  while (performance.now() < until && performance.now() - quietSince < quietMilliseconds) {
    await sleep(lookMilliseconds);
    if (running.inFlight() > 0 || running.taken() !== taken) {
      quietSince = performance.now();
      taken = running.taken();
    }
  }
  await running.close();
}
