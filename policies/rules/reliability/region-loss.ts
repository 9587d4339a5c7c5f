import { text } from "../../resources";
import { secondsOrNone, regionLoss, type RegionLoss, type Takeover } from "../../region-loss/loss";
import { globalEntry } from "../../region-loss/regions";
import { stackRule } from "../../rule";

export const rule = stackRule({
  name: "reliability-region-loss",
  area: "reliability",
  description:
    "When a region is lost, each other one must carry its callers as well, within the stack's recovery objectives.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Raise the replicas of the model or the limits of the node pools, keep more replicas standing (replicas.min), or declare longer objectives: recovery in the stack file.",
  url: "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_withstand_component_failures_static_stability.html",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
  ],
  check: (resources) => {
    const entry = globalEntry(resources);
    if (entry === undefined) return [];
    const { losses, drains, lostWritesSeconds } = regionLoss(resources);
    const rto = text(entry.props, "recovery.rto");
    const rpo = losses.length === 0 ? undefined : text(entry.props, "recovery.rpo");
    return [
      ...losses.flatMap((loss) => lossProblems(loss, rto)),
      ...drains.flatMap(({ drained, by, takeovers }) =>
        loadProblems(by, takeovers, `while ${drained.join(", ")} is drained`),
      ),
      ...writesProblems(lostWritesSeconds ?? Infinity, rpo),
    ].map((message) => ({ resource: entry, message }));
  },
});

function loadProblems(by: string, takeovers: readonly Takeover[], when: string): string[] {
  const overloaded = takeovers.filter(({ load, capacity }) => load > capacity);
  return overloaded.map(
    ({ model, load, capacity, bound }) =>
      `${by} must carry ${load} requests/s of ${model} ${when}, got room for ${capacity}: ${bound}`,
  );
}

function writesProblems(seconds: number, rpo: string | undefined): string[] {
  if (rpo === undefined || seconds <= secondsOrNone(rpo)) return [];
  return [
    `buckets must lose writes of at most ${rpo} with a region, got ${Number.isFinite(seconds) ? `${seconds} seconds` : "a replication without a promised time"}`,
  ];
}

function lossProblems(
  { lost, by, recoverySeconds, takeovers }: RegionLoss,
  rto: string | undefined,
): string[] {
  const overloaded = loadProblems(by, takeovers, `when ${lost} is lost`);
  if (overloaded.length > 0) return overloaded;
  if (rto === undefined || recoverySeconds <= secondsOrNone(rto)) return [];
  const slowest = takeovers.find(
    ({ carriedAfterSeconds }) => carriedAfterSeconds === recoverySeconds,
  );
  const why =
    slowest === undefined
      ? ""
      : `: ${slowest.model} grows from ${slowest.standingReplicas} to ${slowest.neededReplicas} replicas`;
  return [
    `${by} must serve all callers of ${lost} within ${rto} of its loss, got ${recoverySeconds} seconds${why}`,
  ];
}
