import { ringSecret } from "../erasure/definition";
import { approverKeysOption, trustedKeysOption } from "../../../services/evidence/approvals";
import { deadlines, ledgerOptions, triggers, type RetrainingSettings } from "./definition";
import { accounts } from "../../kubernetes/labels";
import { deliveryCommand, output, outputsFolder, type Step } from "./step";

/** Name of the node at which a person approves, and of its answer. */
export const approval = {
  name: "approval",
  answer: "decision",
  yes: "approve",
  none: "none",
} as const;

/**
 * Parameters of a run: whoever starts it gives the first two; the third is the image that the
 * program serves.
 */
export const parameters = { trigger: "trigger", causes: "causes", server: "server" } as const;

/**
 * Steps between the admission and the publication, in order; each is a command of `python -m
 * causeway_training`.
 */
const trainingSteps = [
  "collect",
  "validate",
  "prepare",
  "train",
  "evaluate",
  "audit",
  "explain",
  "compress",
  "package",
] as const;

const training = ["python", "-m", "causeway_training"] as const;
const promoter = deliveryCommand("promote");
export const followerCommand = deliveryCommand("follow");
const recorder = deliveryCommand("record-run");
const counter = deliveryCommand("record-attempt");
/**
 * Step that counts the run as an attempt to replace the champion, on record before it is judged; the
 * name of its output too.
 */
const attemptStep = "attempt";
/**
 * Step that adds what the run did to the audit ledger: before the promotion, and once more however
 * the run ends.
 */
export const recordStep = "record";

const parameter = (name: string) => `{{workflow.parameters.${name}}}`;

/** What every training step of a run is told; `trained` is for those that know the champion. */
function trainingArguments({ contract, locations }: RetrainingSettings, run: string) {
  const model = contract.name;
  const secrets = needsKeys(contract)
    ? [
        `--subject-key=${ringSecret.folder}/${ringSecret.key}`,
        `--budget=${locations.champions}/${model}-privacy-budget`,
      ]
    : [];
  const base = [
    `--contract=services/models/${model}/model.yaml`,
    `--run=${run}`,
    "--json",
    ...secrets,
  ];
  const signed =
    locations.signingKey === undefined ? [] : [`--signing-key=${locations.signingKey}`];
  return { base, trained: [...base, `--champion=${locations.champions}/${model}`], signed };
}

type TrainingArguments = ReturnType<typeof trainingArguments>;

/**
 * The steps of a run in order. A step runs when those before it succeeded, so a failure stops the
 * rest. The champion is replaced by the very last step, when every region has taken the release.
 */
export function runSteps(settings: RetrainingSettings): Step[] {
  const run = `${settings.locations.runs}/${settings.contract.name}/{{workflow.name}}`;
  const given = trainingArguments(settings, run);
  return [
    admit(settings, given),
    ...chain(settings, given, run),
    ...publication(settings, given),
    record(settings, run),
    promote(settings),
    champion(settings, given),
  ];
}

/** Whether the run may happen at all. */
function admit({ contract, locations }: RetrainingSettings, { base }: TrainingArguments): Step {
  const admissions = [
    `--admissions=${locations.runs}/${contract.name}/admissions`,
    `--trigger=${parameter(parameters.trigger)}`,
    `--causes=${parameter(parameters.causes)}`,
  ];
  return step(
    "admit",
    ["admit", ...base, ...admissions, `--output=${outputsFolder}/admitted`],
    [],
    { output: "admitted" },
  );
}

/** From the data to the package, one step after the other; before it is judged, a run is counted. */
function chain(
  settings: RetrainingSettings,
  { trained, signed }: TrainingArguments,
  run: string,
): Step[] {
  return trainingSteps.flatMap((name, index) => {
    const before = trainingSteps[index - 1];
    if (before === undefined)
      return step(name, [name, ...trained], ["admit"], {
        when: `${output("admit", "admitted")} == true`,
      });
    if (name === "evaluate")
      return [
        attempt(settings, run, before),
        step(
          name,
          [name, ...trained, `--attempt={{inputs.parameters.${attemptStep}}}`],
          [attemptStep],
          { input: { name: attemptStep, from: attemptStep } },
        ),
      ];
    return step(name, [name, ...trained, ...(name === "package" ? signed : [])], [before]);
  });
}

/** The image, and the release as a candidate, with its attestation for the promoter. */
function publication(
  { contract, locations }: RetrainingSettings,
  { trained, signed }: TrainingArguments,
): Step[] {
  return [
    step(
      "publish",
      ["publish", ...trained, ...signed, `--base=${parameter(parameters.server)}`],
      ["package"],
    ),
    step(
      "candidate",
      [
        "release",
        ...trained,
        `--to=${locations.candidates}/${contract.name}/{{workflow.name}}`,
        `--output=${outputsFolder}/attestation`,
      ],
      ["publish"],
      { output: "attestation" },
    ),
  ];
}

function champion(
  { contract, locations }: RetrainingSettings,
  { trained }: TrainingArguments,
): Step {
  return step(
    "champion",
    ["release", ...trained, `--to=${locations.champions}/${contract.name}`],
    ["promote"],
  );
}

function record(settings: RetrainingSettings, run: string): Step {
  return recording(settings, run, { name: recordStep, command: recorder, after: ["candidate"] });
}

/** The number comes from the ledger, so that nobody who starts a run sets it back. */
function attempt(settings: RetrainingSettings, run: string, after: string): Step {
  const name = attemptStep;
  const counting = recording(settings, run, { name, command: counter, after: [after] });
  const args = [...counting.args, `--output=${outputsFolder}/${name}`];
  return { ...counting, args, output: name };
}

/**
 * By an account of its own: whoever trains cannot write the ledger, in which approvals are, and
 * nothing touches a Rollout before an approval.
 */
function recording(
  { locations }: RetrainingSettings,
  run: string,
  own: Pick<Step, "name" | "command" | "after">,
): Step {
  return {
    ...own,
    image: "delivery",
    account: "recorder",
    args: [
      run,
      ...ledgerOptions(locations),
      `--actor=${accounts.trainer}`,
      "--run={{workflow.name}}",
    ],
    retried: true,
    deadlineSeconds: deadlines.step,
    memory: "256Mi",
  };
}

function step(
  name: string,
  args: readonly string[],
  after: readonly string[],
  more: Pick<Step, "input" | "output" | "when"> = {},
): Step {
  return {
    name,
    image: "training",
    account: "trainer",
    command: training,
    args,
    after,
    retried: true,
    deadlineSeconds: deadlines.step,
    memory: "4Gi",
    ...more,
  };
}

/** Whether a model's steps take the ring of keys: for pseudonyms, or for noise. */
export function needsKeys({ data }: RetrainingSettings["contract"]): boolean {
  return (
    data.subjectColumn !== undefined ||
    data.privacy?.epsilon !== undefined ||
    data.privacy?.trainingEpsilon !== undefined
  );
}

/**
 * Not tried again by itself: what a half-done promotion needs is a person's look. Trying it again
 * by hand is safe, see services/delivery.
 */
function promote({
  contract,
  regions,
  home,
  locations,
  approverKeys,
  trustedKeys,
}: RetrainingSettings): Step {
  const gated = contract.release.channel === "approval";
  return {
    name: "promote",
    image: "delivery",
    account: "promoter",
    command: promoter,
    args: [
      `--contract=services/models/${contract.name}/model.yaml`,
      "--attestation={{inputs.parameters.attestation}}",
      ...regions.map((region) => `--region=${region}`),
      ...(locations.orders === undefined || regions.length < 2
        ? []
        : [`--home=${home}`, `--orders=${locations.orders}`]),
      `--timeout-seconds=${deadlines.region}`,
      ...ledgerOptions(locations),
      "--run={{workflow.name}}",
      ...approverKeysOption(approverKeys),
      ...trustedKeysOption(trustedKeys),
    ],
    input: { name: "attestation", from: "candidate" },
    after: [gated ? approval.name : recordStep],
    ...(gated && { when: `${output(approval.name, approval.answer)} == ${approval.yes}` }),
    retried: false,
    deadlineSeconds: regions.length * deadlines.region,
    memory: "256Mi",
  };
}

/** Service account of a step. */
export function accountOf({ account }: Step): string {
  return accounts[account];
}

/** Parameters of a run that the schedule starts; an alert gives its own. */
export const scheduledParameters = [
  { name: parameters.trigger, value: triggers.schedule },
  { name: parameters.causes, value: "[]" },
] as const;
