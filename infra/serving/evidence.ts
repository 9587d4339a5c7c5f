import type { ServingSettings } from "./settings";

/**
 * What governance rules judge, as flat plain values: the inputs of the ModelService component. Evidence that does not exist
 * cannot get in here, since the release manifest is validated before.
 */
export function evidence({ contract, release, environment, region, replicas }: ServingSettings) {
  return {
    model: contract.name,
    purpose: contract.purpose,
    ownerTeam: contract.owner.team,
    ownerContact: contract.owner.contact,
    riskTier: contract.riskTier,
    environment,
    region,
    channel: contract.release.channel,
    strategy: contract.release.strategy,
    minReplicas: replicas.min,
    maxReplicas: replicas.max,
    gpus: contract.serving.gpu,
    releaseVersion: release.version,
    published: release.published,
    createdAt: release.createdAt,
    maximumAge: contract.release.maximumAge,
    imageDigest: release.image.digest,
    modelDigest: release.digests.model,
    dataDigest: release.digests.data,
    codeDigest: release.digests.code,
    contractDigest: release.digests.contract,
    cardDigest: release.digests.card,
    referenceDigest: release.digests.reference,
    explanationMethod: release.explanation.method,
    explanationDigest: release.explanation.digest,
    evaluationRows: release.evaluation.rows,
    evaluationMetrics: Object.fromEntries(Object.entries(release.evaluation.metrics).map(([metric, { value }]) => [metric, value])),
    fairnessChecks: release.fairness.map(({ attribute, metric, passed }) => `${attribute}/${metric}: ${passed ? "passed" : "failed"}`),
    fairnessPassed: release.fairness.every(({ passed }) => passed),
    fairnessRequired: contract.gates.fairness.map(({ attribute, metric }) => `${attribute}/${metric}`),
    protectedAttributes: contract.protectedAttributes.map(({ name }) => name),
    approvals: release.approvals.map(({ role }) => role),
    logRetention: contract.retention.predictionLogs,
  };
}
