import type { Contract } from "../../services/contract/contract";
import { paces } from "./pace";
import { requestsOf } from "./requests";
import { metadata, servingNames, type ServingSettings } from "./settings";

/** Argument that carries the hash of the version on trial. */
export const canaryHashArgument = "canary-hash";

/** How many times the error budget a version on trial may use up: the fast-burn factor of a budget of 30 days is 14.4; a trial stops sooner. */
const budgetFactor = 10;

/** Largest share of server errors at which a version stays on trial. */
export function errorRatioLimit({ slos }: Pick<Contract, "slos">): number {
  // Four digits: 1 - 0.999 is 0.0010000000000000009 in binary floating point.
  return Number(Math.min(1, budgetFactor * (1 - slos.availability)).toFixed(4));
}

/**
 * Judges a version on trial by its share of server errors. Three answers: too few requests, no data and NaN are none of success
 * and failure, so they are inconclusive, and more than a few of those pause the release for a person.
 */
export function analysisTemplate(settings: Pick<ServingSettings, "contract" | "environment" | "prometheusAddress">) {
  const { contract, environment, prometheusAddress } = settings;
  const pace = paces[environment];
  const limit = errorRatioLimit(contract);
  const measured = "len(result) > 0 && !isNaN(result[0])";
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: metadata(contract.name, servingNames(contract.name).analysis),
    spec: {
      args: [{ name: canaryHashArgument }],
      metrics: [
        {
          name: "error-ratio",
          initialDelay: `${pace.firstLookSeconds}s`,
          interval: `${pace.lookSeconds}s`,
          successCondition: `${measured} && result[0] <= ${limit}`,
          failureCondition: `${measured} && result[0] > ${limit}`,
          failureLimit: 1,
          inconclusiveLimit: pace.silentLooks,
          consecutiveErrorLimit: 4,
          provider: { prometheus: { address: prometheusAddress, timeout: 10, query: errorRatio(contract.name, pace.windowSeconds, pace.minimumRequests) } },
        },
      ],
    },
  };
}

/** Share of server errors of the version on trial; empty below the minimum sample. */
function errorRatio(model: string, windowSeconds: number, minimumRequests: number): string {
  const version = { rollouts_pod_template_hash: `{{args.${canaryHashArgument}}}` };
  const all = `sum(increase(${requestsOf(model, version)}[${windowSeconds}s]))`;
  const errors = `sum(increase(${requestsOf(model, version, 'response_code=~"5.."')}[${windowSeconds}s]))`;
  return `((${errors} or vector(0)) / ${all}) and (${all} >= ${minimumRequests})`;
}
