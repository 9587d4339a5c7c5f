import { gatesOf, restartLimit, restarts, type Gate } from "./gates/gates";
import { conditions } from "./gates/promql";
import { paces, type Pace } from "./pace";
import { metadata, servingNames, type ServingSettings } from "./settings";

/** Argument that carries the hash of the version on trial. */
export const canaryHashArgument = "canary-hash";

type AnalysisSettings = Pick<ServingSettings, "contract" | "release" | "environment" | "prometheusAddress">;

/** Everything that judges a version on trial; `watch` runs all the while, `proof` before it gets all requests. */
export function analysisTemplates(settings: AnalysisSettings) {
  return { watch: watchTemplate(settings), proof: proofTemplate(settings) };
}

/** Arguments of both templates, as a Rollout hands them over. */
export const analysisArguments: { name: string; valueFrom: { podTemplateHashValue: "Latest" } }[] = [{ name: canaryHashArgument, valueFrom: { podTemplateHashValue: "Latest" } }];

/**
 * Looks at every gate until the release is through. A look that finds no gate refused while requests come is a success and the release
 * goes on; one refused gate rolls it back at once, since the evidence holds at every look. Without requests a look says nothing, and more
 * than a few of those pause the release for a person.
 */
function watchTemplate(settings: AnalysisSettings) {
  const pace = paces[settings.environment];
  const { gates, boundary } = gatesOf(inputOf(settings));
  const judged = gates.map(({ name, query }) => metric(settings, { name, query, success: conditions.notRefused(boundary), failure: conditions.refused(boundary), silence: pace.silentLooks }));
  const restarted = { name: "restarts", query: restarts(inputOf(settings)), success: conditions.notRefused(restartLimit), failure: conditions.refused(restartLimit), silence: pace.silentLooks };
  return template(settings, servingNames(settings.contract.name).watch, [...judged, metric(settings, restarted)]);
}

/** Waits until the gates that the traffic at hand can decide are proven. A person is asked when they are neither proven nor refused in time. */
function proofTemplate(settings: AnalysisSettings) {
  const pace = paces[settings.environment];
  const { gates, boundary } = gatesOf(inputOf(settings));
  const proofs = gates.flatMap(({ name, proof }: Gate) => (proof === undefined ? [] : [{ name, query: proof, success: conditions.proven, failure: conditions.refused(boundary), silence: pace.undecidedLooks }]));
  // The controller refuses the Rollout whose step has a metric without a count; the first proof ends it sooner.
  return template(settings, servingNames(settings.contract.name).proof, proofs.map((proven) => ({ ...metric(settings, proven), count: pace.undecidedLooks + 1, consecutiveSuccessLimit: 1 })));
}

function inputOf({ contract, release, environment }: AnalysisSettings) {
  return { contract, version: release.version, hash: `{{args.${canaryHashArgument}}}`, pace: paces[environment] };
}

interface Question {
  readonly name: string;
  readonly query: string;
  readonly success: string;
  readonly failure: string;
  /** Looks that may be neither before the release pauses. */
  readonly silence: number;
}

function metric({ environment, prometheusAddress }: AnalysisSettings, { name, query, success, failure, silence }: Question) {
  const { firstLookSeconds, lookSeconds, blindLooks }: Pace = paces[environment];
  return {
    name,
    initialDelay: `${firstLookSeconds}s`,
    interval: `${lookSeconds}s`,
    successCondition: success,
    failureCondition: failure,
    failureLimit: 0,
    inconclusiveLimit: silence,
    consecutiveErrorLimit: blindLooks,
    provider: { prometheus: { address: prometheusAddress, timeout: 10, query } },
  };
}

function template({ contract }: AnalysisSettings, name: string, metrics: readonly ReturnType<typeof metric>[]) {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: metadata(contract.name, name),
    spec: { args: [{ name: canaryHashArgument }], metrics },
  };
}
