import type { Contract } from "../../services/contract/contract";
import { foreign } from "./foreign";
import { series } from "../gates/series";
import { serverPods } from "./pods";
import { alert, record, select, windowInterval, type RuleGroup } from "../gates/rule";

/** Mean use of a model's GPUs above which requests begin to wait for them. */
export const gpuLimit = 0.9;

/**
 * Use of the GPUs that a model's servers hold, and an alert when they are at their end. Only for a
 * contract that asks for GPUs.
 */
export function gpuGroup(contract: Contract): RuleGroup {
  const { name } = contract;
  return {
    name: `${name}-gpu`,
    interval: windowInterval,
    rules: [
      // The exporter tells percent.
      record(
        contract,
        series.gpuUse,
        `avg(avg_over_time(${foreign.gpu.use}{${serverPods(name)}}[5m])) / 100`,
      ),
      alert(
        contract,
        "CausewayGpuSaturated",
        `${select(contract, series.gpuUse)} > ${gpuLimit}`,
        "15m",
        `The GPUs of ${name} are in use {{ $value | humanizePercentage }} of the time`,
      ),
    ],
  };
}
