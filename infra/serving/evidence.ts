import type { ServingSettings } from "./settings";

/**
 * What governance rules judge: the inputs of the ModelService component, as plain values. The
 * release manifest is passed as it is, so that a rule reads the very evidence that was validated
 * and will be kept.
 */
export function evidence({
  contract,
  release,
  environment,
  region,
  replicas,
  governance,
  verification,
}: ServingSettings) {
  return {
    model: contract.name,
    purpose: contract.purpose,
    ownerTeam: contract.owner.team,
    ownerContact: contract.owner.contact,
    riskTier: contract.riskTier,
    ...(contract.notice !== undefined && { notice: contract.notice }),
    ...(governance && { governance }),
    environment,
    region,
    channel: contract.release.channel,
    strategy: contract.release.strategy,
    maximumAge: contract.release.maximumAge,
    replicas,
    gpus: contract.serving.gpu,
    protectedAttributes: contract.protectedAttributes.map(({ name }) => name),
    logRetention: contract.retention.predictionLogs,
    release,
    ...(verification && { verification }),
  };
}
