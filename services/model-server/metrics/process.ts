import { metrics } from "../../contract/metrics";
import type { Registry } from "./registry";

/** Adds what Prometheus' conventions say of every process. */
export function showProcess(registry: Registry, startedSeconds: number): void {
  registry.derived(metrics.memory, {}, () => process.memoryUsage.rss());
  registry.derived(metrics.started, {}, () => startedSeconds);
  registry.derived(metrics.cpu, {}, () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}
