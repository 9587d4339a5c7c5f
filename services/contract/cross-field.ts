import { dataClassRules, moreSensitive, retentionClasses, type DataClass } from "./data-classes";
import { contractGaps, type TieredContract } from "./tiers";
import { normal, timestampMicroseconds, type FeatureValue } from "./values";
import type { Seconds } from "./units";

/** What is wrong between fields: the path of the field to change, and what is allowed there. */
export interface CrossFieldProblem {
  readonly path: readonly (string | number)[];
  readonly allowed: string;
}

interface Gate {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** The parts of a well-formed contract that are compared with each other. */
export interface ComparedContract extends TieredContract {
  readonly target: {
    readonly column: string;
    readonly positive: FeatureValue;
    readonly negative?: FeatureValue | undefined;
    readonly positiveLabel: string;
    readonly negativeLabel: string;
  };
  readonly features: readonly {
    readonly name: string;
    readonly classification: DataClass;
    readonly column?: string | undefined;
    readonly min?: number | string;
    readonly max?: number | string;
    readonly values?: readonly (number | string)[];
  }[];
  readonly protectedAttributes: readonly {
    readonly name: string;
    readonly groups: readonly { readonly name: string; readonly column: string }[];
    readonly reference: string;
  }[];
  readonly data: {
    readonly classification: DataClass;
    readonly directIdentifiers: readonly string[];
    readonly subjectColumn?: string | undefined;
    readonly timeColumn?: string | undefined;
    readonly leakageExceptions: readonly { readonly feature: string }[];
    readonly privacy?:
      | {
          readonly quasiIdentifiers: readonly string[];
          readonly epsilon?: number | undefined;
          readonly trainingEpsilon?: number | undefined;
          readonly budget?: number | undefined;
        }
      | undefined;
  };
  readonly gates: {
    readonly performance: readonly Gate[];
    readonly fairness: readonly (Gate & { readonly attribute: string })[];
  };
  readonly serving: { readonly replicas: { readonly min: number; readonly max: number } };
  readonly retention: Readonly<Record<"predictionLogs" | "trainingData" | "artifacts", Seconds>>;
}

/**
 * Every problem between the fields of a contract. `causeway_training/cross_field.py` says the same
 * to the training steps; test/contracts holds the two equal.
 */
export function crossFieldProblems(contract: ComparedContract): CrossFieldProblem[] {
  return [
    ...when(contract.target.positiveLabel === contract.target.negativeLabel, {
      path: ["target", "negativeLabel"],
      allowed: "another label than positiveLabel",
    }),
    ...when(contract.target.positive === contract.target.negative, {
      path: ["target", "negative"],
      allowed: "another value than positive",
    }),
    ...featureProblems(contract),
    ...attributeProblems(contract),
    ...columnProblems(contract),
    ...storedNameProblems(contract),
    ...leakageProblems(contract),
    ...gateProblems(contract),
    ...budgetProblems(contract),
    ...retentionProblems(contract),
    ...when(contract.serving.replicas.min > contract.serving.replicas.max, {
      path: ["serving", "replicas"],
      allowed: "min at most max",
    }),
    ...contractGaps(contract),
  ];
}

/** A problem where something is wrong, none where it is not. */
function when(wrong: boolean, problem: CrossFieldProblem): CrossFieldProblem[] {
  return wrong ? [problem] : [];
}

/** Which items of a list repeat an earlier one. */
function repeated<T>(items: readonly T[]): boolean[] {
  return items.map((item, i) => items.indexOf(item) !== i);
}

/** The model's input is float32, which has all whole numbers up to here. */
const largestCode = 2 ** 24;

function featureProblems({ features, data }: ComparedContract): CrossFieldProblem[] {
  const again = repeated(features.map(({ name }) => name));
  const sameColumn = repeated(features.map(sourceColumn));
  return features.flatMap((one, i) => [
    ...when(again[i] === true, {
      path: ["features", i, "name"],
      allowed: "a name that no other feature has",
    }),
    ...when(again[i] !== true && sameColumn[i] === true, {
      path: ["features", i, "column"],
      allowed: "a column that no other feature has",
    }),
    ...rangeProblems(one, i),
    ...when(repeated((one.values ?? []).map(normal)).includes(true), {
      path: ["features", i, "values"],
      allowed: "each value once",
    }),
    ...when(
      (one.values ?? []).some(
        (value) => typeof value === "number" && Math.abs(value) > largestCode,
      ),
      { path: ["features", i, "values"], allowed: `codes from -${largestCode} to ${largestCode}` },
    ),
    ...when(new Set((one.values ?? []).map((value) => typeof value)).size > 1, {
      path: ["features", i, "values"],
      allowed: "all of them whole numbers or all of them texts",
    }),
    ...when(moreSensitive(one.classification, data.classification), {
      path: ["features", i, "classification"],
      allowed: `at most that of the data, ${data.classification}`,
    }),
  ]);
}

function rangeProblems(
  { min = -Infinity, max = Infinity }: ComparedContract["features"][number],
  i: number,
): CrossFieldProblem[] {
  const [low, high] = [quantity(min), quantity(max)];
  if (low !== undefined && high !== undefined)
    return when(low >= high, { path: ["features", i, "min"], allowed: `less than max (${max})` });
  return [
    ...when(low === undefined, {
      path: ["features", i, "min"],
      allowed: "a day and time that exist",
    }),
    ...when(high === undefined, {
      path: ["features", i, "max"],
      allowed: "a day and time that exist",
    }),
  ];
}

/** A bound as a number; undefined for a time that does not exist. */
function quantity(bound: number | string): number | undefined {
  return typeof bound === "number" ? bound : timestampMicroseconds(bound);
}

/** The column of the data that a feature is read from. */
function sourceColumn({
  name,
  column,
}: {
  readonly name: string;
  readonly column?: string | undefined;
}): string {
  return column ?? name;
}

function attributeProblems({
  protectedAttributes,
  features,
}: ComparedContract): CrossFieldProblem[] {
  const names = features.map(({ name }) => name);
  const columns = [...names, ...features.map(sourceColumn)];
  const again = repeated(protectedAttributes.map(({ name }) => name));
  return protectedAttributes.flatMap(({ name, groups, reference }, i) => {
    const groupNames = groups.map((group) => group.name);
    const groupAgain = repeated(groupNames);
    return [
      ...when(names.includes(name), {
        path: ["protectedAttributes", i, "name"],
        allowed: "an attribute that is not a feature: it is audited, never predicted from",
      }),
      ...when(again[i] === true, {
        path: ["protectedAttributes", i, "name"],
        allowed: "a name that no other attribute has",
      }),
      ...when(!groupNames.includes(reference), {
        path: ["protectedAttributes", i, "reference"],
        allowed: `one of its groups: ${groupNames.join(", ")}`,
      }),
      ...groups.flatMap((group, j) => [
        ...when(groupAgain[j] === true, {
          path: ["protectedAttributes", i, "groups", j, "name"],
          allowed: "a name that no other group has",
        }),
        ...when(columns.includes(group.column), {
          path: ["protectedAttributes", i, "groups", j, "column"],
          allowed: "a column that is not a feature",
        }),
      ]),
    ];
  });
}

/** Stored rows have pseudonyms under this name. */
const pseudonyms = "subject";

/** Each column of stored rows has a name of its own. */
function storedNameProblems({
  target,
  features,
  protectedAttributes,
  data,
}: ComparedContract): CrossFieldProblem[] {
  const taken = `another name than ${pseudonyms}, the column of pseudonyms in stored rows`;
  const named: readonly (readonly [
    path: readonly (string | number)[],
    name: string | undefined,
  ])[] = [
    [["target", "column"], target.column],
    [["data", "timeColumn"], data.timeColumn],
    ...features.map(({ name }, i) => [["features", i, "name"], name] as const),
    ...protectedAttributes.flatMap(({ name, groups }, i) => [
      [["protectedAttributes", i, "name"], name] as const,
      ...groups.map(
        ({ column }, j) => [["protectedAttributes", i, "groups", j, "column"], column] as const,
      ),
    ]),
  ];
  return [
    ...named.flatMap(([path, name]) => when(name === pseudonyms, { path, allowed: taken })),
    ...protectedAttributes.flatMap(({ name }, i) =>
      when(name === target.column || name === data.timeColumn, {
        path: ["protectedAttributes", i, "name"],
        allowed: "another name than those of the target's and the time's column",
      }),
    ),
  ];
}

/** Columns that are dropped or replaced before anything is stored cannot be used as well. */
function columnProblems(contract: ComparedContract): CrossFieldProblem[] {
  const { target, features, protectedAttributes, data } = contract;
  const names = features.flatMap((one) => [one.name, sourceColumn(one)]);
  const used = [
    ...names,
    target.column,
    ...protectedAttributes.flatMap(({ groups }) => groups.map(({ column }) => column)),
    ...(data.timeColumn === undefined ? [] : [data.timeColumn]),
    ...(data.privacy?.quasiIdentifiers ?? []),
  ];
  const allowed = "a column that nothing else of the contract uses, because it is never stored";
  return [
    ...when(names.includes(target.column), {
      path: ["target", "column"],
      allowed: "a column that is not a feature",
    }),
    ...data.directIdentifiers.flatMap((column, i) =>
      when(used.includes(column), { path: ["data", "directIdentifiers", i], allowed }),
    ),
    ...when(data.subjectColumn !== undefined && used.includes(data.subjectColumn), {
      path: ["data", "subjectColumn"],
      allowed,
    }),
  ];
}

function leakageProblems({ features, data }: ComparedContract): CrossFieldProblem[] {
  const names = features.map(({ name }) => name);
  const excepted = data.leakageExceptions.map(({ feature }) => feature);
  const again = repeated(excepted);
  return excepted.flatMap((name, i) =>
    when(again[i] === true || !names.includes(name), {
      path: ["data", "leakageExceptions", i, "feature"],
      allowed: "a feature of the contract, each once",
    }),
  );
}

function gateProblems({ gates, protectedAttributes }: ComparedContract): CrossFieldProblem[] {
  const audited = protectedAttributes.map(({ name }) => name);
  const bounds = (list: "performance" | "fairness") =>
    gates[list].flatMap(({ min, max }, i) =>
      when((min === undefined) === (max === undefined), {
        path: ["gates", list, i],
        allowed: "exactly one of min and max",
      }),
    );
  return [
    ...bounds("performance"),
    ...bounds("fairness"),
    ...gates.fairness.flatMap(({ attribute }, i) =>
      when(!audited.includes(attribute), {
        path: ["gates", "fairness", i, "attribute"],
        allowed: `a protected attribute: ${audited.join(", ") || "none declared"}`,
      }),
    ),
  ];
}

function budgetProblems({ data: { privacy } }: ComparedContract): CrossFieldProblem[] {
  const spent = (privacy?.epsilon ?? 0) + (privacy?.trainingEpsilon ?? 0);
  return when((privacy?.budget ?? 0) < spent, {
    path: ["data", "privacy", "budget"],
    allowed: `at least ${spent}, what one release spends`,
  });
}

function retentionProblems({ retention, data }: ComparedContract): CrossFieldProblem[] {
  const classes = { ...retentionClasses, trainingData: data.classification };
  return (["predictionLogs", "trainingData", "artifacts"] as const).flatMap((key) => {
    const longest = dataClassRules[classes[key]].maximumRetentionDays;
    return when(retention[key] > longest * 86_400, {
      path: ["retention", key],
      allowed: `at most ${longest} days, because it is ${classes[key]}`,
    });
  });
}
