import type { Contract } from "../../services/contract/contract";
import type { Environment } from "../../services/contract/environments";
import type { Release } from "../../services/evidence/release";
import { experimentQuestions } from "./experiment";
import { proofQuestions, watchQuestions, type Question } from "./gates";
import { paces } from "./pace";
import { argoName, argoQuery } from "./quoting";
import { shadowGates } from "./shadow";
import { servingNames, type ServingNames } from "../../services/evidence/rollout";
import { metadata } from "../kubernetes/model-objects";

/**
 * Arguments that carry the hashes of the version on trial and of the champion; queries are made with
 * their names as the hashes.
 */
const hashes = { trial: "canary-hash", champion: "stable-hash" } as const;

/** What the templates of one model are made from. */
export interface AnalysisSettings {
  readonly contract: Contract;
  readonly release: Pick<Release, "version">;
  readonly environment: Environment;
  /** Regions that take the release. */
  readonly regions: number;
  /** URL of Prometheus inside the cluster. */
  readonly prometheusAddress: string;
}

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
 * Looks of the watch that may say nothing: all. Once an inconclusive watch has paused a release, Argo
 * Rollouts 1.8 takes the next pause for over, that of a person too; the step of the proof holds.
 */
const unlimited = 1_000_000;

/**
 * Looks at every gate until the release is through. A look that finds no gate refused while
 * requests come is a success and the release goes on; one refused gate rolls it back at once, since
 * the evidence holds at every look. Without requests a look says nothing.
 */
function watched(settings: AnalysisSettings): Metric[] {
  return questionsOf(settings).map((question) => metric(settings, question, unlimited));
}

/** Questions about a version that the watch asks until the end, and the proof until an answer. */
function questionsOf(settings: AnalysisSettings): Question[] {
  const { contract, release, environment, regions } = settings;
  const pace = { ...paces[environment], regions };
  const questions = watchQuestions(contract, pace, versionOf(settings));
  // A split that is not the one asked for says nothing about the version: a person looks.
  const { split } = experimentQuestions(contract, release.version);
  return contract.release.strategy === "ab" ? [...questions, split] : questions;
}

/**
 * Waits until the gates that the traffic at hand can decide are proven, and until every other one has
 * said something. A person is asked when they are neither proven nor refused in time, or silent.
 */
function proofs(settings: AnalysisSettings): Metric[] {
  const pace = { ...paces[settings.environment], regions: settings.regions };
  const proven = proofQuestions(settings.contract, pace, versionOf(settings));
  const others = questionsOf(settings).filter(({ name }) =>
    proven.every((question) => question.name !== name),
  );
  return [...proven, ...others].map((question) =>
    until(metric(settings, question, pace.undecidedLooks)),
  );
}

/**
 * Waits until the version is proven on mirrored requests, and until it and the champion are known to
 * decide them alike, or known not to: before it answers a caller.
 */
function compared(settings: AnalysisSettings): Metric[] {
  const { contract, environment, regions } = settings;
  const { stepSeconds, minimumRequests, undecidedLooks } = paces[environment];
  const gates = shadowGates({
    contract,
    ...hashes,
    windowSeconds: stepSeconds,
    minimumRows: minimumRequests,
    looks: undecidedLooks + 1,
    regions,
  });
  return [
    ...gates.map((gate) => until(metric(settings, gate, undecidedLooks))),
    ...proofs(settings),
  ];
}

/**
 * Waits for the A/B test: better is a success, worse rolls back, and a test that ends undecided is
 * a person's to decide.
 */
function decided(settings: AnalysisSettings): Metric {
  const { contract, release, environment } = settings;
  const { experimentLookSeconds, experimentLooks } = paces[environment];
  const { decision } = experimentQuestions(contract, release.version);
  return until({
    ...metric(settings, decision, experimentLooks),
    interval: `${experimentLookSeconds}s`,
  });
}

function versionOf({ release }: AnalysisSettings) {
  return { version: release.version, hash: hashes.trial };
}

type Metric = ReturnType<typeof metric>;

/** `silence`: looks that may be neither success nor failure before the release pauses. */
function metric(
  { environment, prometheusAddress }: AnalysisSettings,
  { name, query, success, failure }: Question,
  silence: number,
) {
  const { firstLookSeconds, lookSeconds, blindLooks } = paces[environment];
  return {
    name: argoName(name),
    initialDelay: `${firstLookSeconds}s`,
    interval: `${lookSeconds}s`,
    successCondition: success.argo,
    failureCondition: failure.argo,
    failureLimit: 0,
    inconclusiveLimit: silence,
    consecutiveErrorLimit: blindLooks,
    provider: {
      prometheus: {
        address: prometheusAddress,
        timeout: 10,
        query: argoQuery(query, Object.values(hashes)),
      },
    },
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
