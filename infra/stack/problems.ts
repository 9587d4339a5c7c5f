import { imageDigest } from "../../services/contract/digests";
import type { Problem } from "../../services/contract/problems";
import { maximumScheduleName, retrainingNames } from "../workflows/retraining/definition";
import { awsProblems, domainProblems } from "./aws-problems";
import type { ClusterConfig, StackConfig } from "./schema";
import { longestName, maximumName } from "../kubernetes/model-objects";
import { minimumProdReplicas } from "../serving/problems";

/**
 * Problems between keys, over whatever keys are valid by themselves: a typing error in one key
 * must not hide an overlap in another. `given` names all keys of the stack file, valid or not.
 */
export function crossProblems(config: Partial<StackConfig>, given: readonly string[]): Problem[] {
  return [
    ...regionProblems(config),
    ...modelProblems(config),
    ...(config.target === "aws" ? [...domainProblems(config, given), ...awsProblems(config)] : []),
    ...(config.target === "kubernetes" ? imageCheckProblems(config) : []),
    ...webhookProblems(given),
  ];
}

function regionProblems({ regions = [] }: Partial<StackConfig>): Problem[] {
  const names = regions.map((region) => region.name);
  const repeated = names.flatMap((name, i) =>
    names.indexOf(name) === i
      ? []
      : [{ key: `regions[${i}].name`, got: name, allowed: "a region that is not listed before" }],
  );
  const all =
    regions.length > 0 && regions.every(({ drained }) => drained !== undefined)
      ? [{ key: "regions", got: "all of them drained", allowed: "at least one region in service" }]
      : [];
  return [...repeated, ...all];
}

type StackModel = StackConfig["models"][number];

function modelProblems({ models = [], environment, regions }: Partial<StackConfig>): Problem[] {
  const listed = models.map((model) => model.name);
  return models.flatMap((model, i) => {
    const at = `models[${i}]`;
    const repeated = listed.indexOf(model.name) !== i;
    return [
      ...(repeated
        ? [{ key: `${at}.name`, got: model.name, allowed: "a model that is not listed before" }]
        : []),
      ...nameProblems(model, at),
      ...rateProblems(model, at, regions),
      ...(environment === "prod" ? prodModelProblems(model, at) : []),
    ];
  });
}

/** A name so long that one of the objects named after it would be refused. */
function nameProblems({ name }: StackModel, at: string): Problem[] {
  const names = [
    { longest: longestName(name), maximum: maximumName },
    { longest: retrainingNames(name).schedule, maximum: maximumScheduleName },
  ];
  const { longest, room } = names
    .map(({ longest, maximum }) => ({ longest, room: maximum - (longest.length - name.length) }))
    .reduce((a, b) => (b.room < a.room ? b : a));
  if (name.length <= room) return [];
  return [
    {
      key: `${at}.name`,
      got: name,
      allowed: `a name of at most ${room} characters: its objects have longer names, such as ${longest.replace(name, "<model>")}`,
    },
  ];
}

/** Replicas and rates that contradict each other, and rates of regions that the stack has not. */
function rateProblems(
  model: StackModel,
  at: string,
  regions: StackConfig["regions"] | undefined,
): Problem[] {
  const { replicas, requestsPerSecond = {}, peakRequestsPerSecond } = model;
  const unknownRegions = (["requestsPerSecond", "peakRequestsPerSecond"] as const).flatMap((key) =>
    strangers(Object.keys(model[key] ?? {}), regions).map((region) => ({
      key: `${at}.${key}.${region}`,
      got: region,
      allowed: `a region of the stack: ${regions?.map(({ name }) => name).join(", ") ?? ""}`,
    })),
  );
  const abovePeak = Object.entries(requestsPerSecond).flatMap(([region, usual]) => {
    const peak = peakRequestsPerSecond?.[region];
    if (peak === undefined || usual <= peak) return [];
    return [
      {
        key: `${at}.requestsPerSecond.${region}`,
        got: usual,
        allowed: `at most those of the peak (${peak})`,
      },
    ];
  });
  return [
    ...(replicas && replicas.min > replicas.max
      ? [{ key: `${at}.replicas.min`, got: replicas.min, allowed: `at most max (${replicas.max})` }]
      : []),
    ...unknownRegions,
    ...abovePeak,
  ];
}

function prodModelProblems({ replicas, image }: StackModel, at: string): Problem[] {
  return [
    ...(replicas && replicas.min < minimumProdReplicas
      ? [
          {
            key: `${at}.replicas.min`,
            got: replicas.min,
            allowed: `${minimumProdReplicas} or more in prod, one for each zone`,
          },
        ]
      : []),
    ...(image !== undefined && imageDigest(image) === undefined
      ? [
          {
            key: `${at}.image`,
            got: image,
            allowed: "an image by digest in prod, name@sha256:...; tags move",
          },
        ]
      : []),
  ];
}

function imageCheckProblems({ environment, imageCheck }: Partial<ClusterConfig>): Problem[] {
  return environment === "prod" && imageCheck === "none"
    ? [
        {
          key: "imageCheck",
          got: imageCheck,
          allowed:
            "anonymous or docker-login in prod: a digest that nobody can pull is refused there",
        },
      ]
    : [];
}

function strangers(
  named: readonly string[],
  regions: StackConfig["regions"] | undefined,
): string[] {
  return regions === undefined
    ? []
    : named.filter((name) => !regions.some((region) => region.name === name));
}

/** Whoever is told of warnings alone would take silence for health. */
function webhookProblems(given: readonly string[]): Problem[] {
  return given.includes("ticketWebhook") && !given.includes("alertWebhook")
    ? [
        {
          key: "alertWebhook",
          got: undefined,
          allowed: "a URL for critical alerts, because ticketWebhook has one for warnings",
        },
      ]
    : [];
}
