import { decisive, mismatch, sampleRatio, valueEvidence } from "./experiment";
import { gatesOf, restartLimit, restarts, type Gate } from "./gates";
import { conditions } from "./promql";
import { proven, refused, shadowGates } from "./shadow";
import { paces } from "./pace";
import {
  metadata,
  servingNames,
  type ServingNames,
  type ServingSettings,
} from "../serving/settings";

/** Arguments that carry the hashes of the version on trial and of the champion. */
const hashes = { trial: "canary-hash", champion: "stable-hash" } as const;
const trial = `{{args.${hashes.trial}}}`;
const champion = `{{args.${hashes.champion}}}`;

type AnalysisSettings = Pick<
  ServingSettings,
  "contract" | "release" | "environment" | "prometheusAddress"
>;

/** Arguments of every template, as a Rollout hands them over. */
export const analysisArguments: {
  name: string;
  valueFrom: { podTemplateHashValue: "Latest" | "Stable" };
}[] = [
  { name: hashes.trial, valueFrom: { podTemplateHashValue: "Latest" } },
  { name: hashes.champion, valueFrom: { podTemplateHashValue: "Stable" } },
];

/**
 * Templates that judge a version on trial, by what they are for; which there are depends on the
 * strategy.
 */
export function analysisTemplates(settings: AnalysisSettings) {
  const { strategy } = settings.contract.release;
  const of = (name: keyof ServingNames, metrics: readonly Metric[]) =>
    template(settings, servingNames(settings.contract.name)[name], metrics);
  return {
    watch: of("watch", watched(settings)),
    proof: of("proof", proofs(settings)),
    ...(strategy === "shadow" && { comparison: of("comparison", compared(settings)) }),
    ...(strategy === "ab" && { decision: of("decision", [decided(settings)]) }),
  };
}

/**
 * Looks at every gate until the release is through. A look that finds no gate refused while
 * requests come is a success and the release goes on; one refused gate rolls it back at once, since
 * the evidence holds at every look. Without requests a look says nothing, and more than a few of
 * those pause the release for a person.
 */
function watched(settings: AnalysisSettings): Metric[] {
  const { contract, environment } = settings;
  const { silentLooks } = paces[environment];
  const { gates, boundary } = gatesOf(inputOf(settings));
  const limits = (limit: number) => ({
    success: conditions.notRefused(limit),
    failure: conditions.refused(limit),
    silence: silentLooks,
  });
  return [
    ...gates.map(({ name, query }) => metric(settings, { name, query, ...limits(boundary) })),
    metric(settings, {
      name: "restarts",
      query: restarts(inputOf(settings)),
      ...limits(restartLimit),
    }),
    // A split that is not the one asked for says nothing about the version: a person looks, at
    // once.
    ...(contract.release.strategy === "ab"
      ? [
          metric(settings, {
            name: "sample-ratio",
            query: sampleRatio(contract),
            success: conditions.notRefused(mismatch),
            failure: conditions.notANumber,
            silence: silentLooks,
          }),
        ]
      : []),
  ];
}

/**
 * Waits until the gates that the traffic at hand can decide are proven. A person is asked when they
 * are neither proven nor refused in time.
 */
function proofs(settings: AnalysisSettings): Metric[] {
  const { gates, boundary } = gatesOf(inputOf(settings));
  const silence = paces[settings.environment].undecidedLooks;
  return gates.flatMap(({ name, proof }: Gate) =>
    proof === undefined
      ? []
      : [
          until(
            metric(settings, {
              name,
              query: proof,
              success: conditions.proven,
              failure: conditions.refused(boundary),
              silence,
            }),
          ),
        ],
  );
}

/**
 * Waits until the version and the champion are known to decide mirrored requests alike, or known
 * not to.
 */
function compared(settings: AnalysisSettings): Metric[] {
  const { contract, environment } = settings;
  const { stepSeconds, minimumRequests, undecidedLooks } = paces[environment];
  const gates = shadowGates({
    contract,
    trial,
    champion,
    windowSeconds: stepSeconds,
    minimumRows: minimumRequests,
    looks: undecidedLooks + 1,
  });
  return gates.map(({ name, query }) =>
    until(
      metric(settings, {
        name,
        query,
        success: conditions.atMost(proven),
        failure: conditions.refused(refused),
        silence: undecidedLooks,
      }),
    ),
  );
}

/**
 * Waits for the A/B test: better is a success, worse rolls back, and a test that ends undecided is
 * a person's to decide.
 */
function decided(settings: AnalysisSettings): Metric {
  const { contract, release, environment } = settings;
  const { experimentLookSeconds, experimentLooks } = paces[environment];
  const evidence = decisive(contract);
  const question = {
    name: "business-value",
    query: valueEvidence(contract, release.version),
    success: conditions.atLeast(evidence),
    failure: conditions.below(-evidence),
    silence: experimentLooks,
  };
  return until({ ...metric(settings, question), interval: `${experimentLookSeconds}s` });
}

function inputOf({ contract, release, environment }: AnalysisSettings) {
  return { contract, version: release.version, hash: trial, pace: paces[environment] };
}

interface Question {
  readonly name: string;
  readonly query: string;
  readonly success: string;
  readonly failure: string;
  /** Looks that may be neither before the release pauses. */
  readonly silence: number;
}

type Metric = ReturnType<typeof metric>;

function metric(
  { environment, prometheusAddress }: AnalysisSettings,
  { name, query, success, failure, silence }: Question,
) {
  const { firstLookSeconds, lookSeconds, blindLooks } = paces[environment];
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

/**
 * A metric that is done at its first success, and until then waits: one look more than may say
 * nothing. The controller refuses a Rollout with a step that has no count.
 */
function until(waiting: Metric) {
  return { ...waiting, count: waiting.inconclusiveLimit + 1, consecutiveSuccessLimit: 1 };
}

function template({ contract }: AnalysisSettings, name: string, metrics: readonly Metric[]) {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: metadata(contract.name, name),
    spec: { args: Object.values(hashes).map((argument) => ({ name: argument })), metrics },
  };
}
