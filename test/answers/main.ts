import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Option } from "@commander-js/extra-typings";
import { repeated, runProgram } from "../../cli/command";
import { answers, isEdit, type AnswerEdit } from "../../cli/docs/threats/answers";
import type { Terminal } from "../../cli/terminal";
import { root, runJest, runPytest, type Outcome, type Run } from "./runs";

/** A threat whose answer an edit takes away. */
interface Edited {
  readonly threat: string;
  readonly answer: AnswerEdit;
}

const isPython = ({ test }: { readonly test: string }) => test.endsWith(".py");

/** What the failure of an assertion says, in jest, in fast-check and in pytest. */
const assertion = /expect\(|AssertionError|Property failed|^assert |DID NOT RAISE/;

function problemsOf({ answer: { file, text, instead } }: Edited): string[] {
  const times = readFileSync(join(root, file), "utf8").split(text).length - 1;
  return [
    ...(times === 1 ? [] : [`${file} has the text ${times} times, not once`]),
    ...(text === instead ? ["the edit changes nothing"] : []),
  ];
}

/** Why a run without the edit does not count; undefined where all of its tests pass. */
function unsound({ broken, tests }: Outcome): string | undefined {
  if (broken !== undefined) return `breaks: ${broken.slice(0, 1000)}`;
  const failed = tests.find(({ status }) => status === "failed");
  if (failed !== undefined) return `fails with the answer: ${failed.name}`;
  return tests.some(({ status }) => status === "passed") ? undefined : "no test has that name";
}

/** Why a run with the edit does not count; undefined where a test fails by an assertion. */
function unseen({ broken, tests }: Outcome): string | undefined {
  if (broken !== undefined) return `breaks: ${broken.slice(0, 1000)}`;
  const failures = tests.flatMap(({ status, failures: all }) => (status === "failed" ? all : []));
  if (failures.length === 0) return "passes without the answer";
  return failures.some((failure) => assertion.test(failure))
    ? undefined
    : `fails by no assertion: ${failures[0]?.slice(0, 500) ?? ""}`;
}

async function runAll(runs: readonly Run[], heard: (outcome: Outcome) => void): Promise<void> {
  await runJest(
    runs.filter((run) => !isPython(run)),
    heard,
  );
  for (const run of runs.filter(isPython)) heard(await runPytest(run));
}

const named = ({ test, name }: AnswerEdit) => (name === undefined ? test : `${test} "${name}"`);

/** Tests as they are, each once. */
async function outcomesBefore(
  edited: readonly Edited[],
  terminal: Terminal,
): Promise<ReadonlyMap<string, Outcome>> {
  const whole = new Map(
    edited.map(({ answer }): [string, Run] => [
      named(answer),
      { name: named(answer), test: answer.test, only: answer.name, edit: undefined },
    ]),
  );
  terminal.print(`${whole.size} tests with every answer in place`);
  const outcomes = new Map<string, Outcome>();
  await runAll([...whole.values()], (outcome) => {
    outcomes.set(outcome.run, outcome);
    if (outcomes.size % 10 === 0) terminal.print(`  ${outcomes.size} of ${whole.size}`);
  });
  return outcomes;
}

/** Takes each answer away and tells what became of its test; returns how many were seen to fail. */
async function judged(edited: readonly Edited[], terminal: Terminal): Promise<number> {
  const before = await outcomesBefore(edited, terminal);
  const left = new Map(edited.map((one) => [one.threat, one]));
  let caught = 0;
  const tell = (outcome: Outcome) => {
    const one = left.get(outcome.run);
    if (one === undefined || !left.delete(outcome.run)) return;
    const { threat, answer } = one;
    const whole = before.get(named(answer));
    const problem =
      problemsOf(one)[0] ??
      (whole === undefined ? "its test did not run" : unsound(whole)) ??
      unseen(outcome);
    if (problem === undefined) caught += 1;
    terminal.print(
      `${String(edited.length - left.size).padStart(3)}/${edited.length} ${threat.padEnd(26)} ${problem === undefined ? "seen to fail" : `NOT SEEN: ${problem}`}  ${answer.without}  ${named(answer)}`,
    );
  };
  terminal.print(`${edited.length} answers taken away`);
  await runAll(
    edited.map(({ threat, answer }) => ({
      name: threat,
      test: answer.test,
      only: answer.name,
      edit: answer,
    })),
    tell,
  );
  for (const run of [...left.keys()]) tell({ run, broken: "it did not run", tests: [] });
  return caught;
}

async function run(only: readonly string[], terminal: Terminal): Promise<void> {
  const edited = [...answers].flatMap(([threat, answer]) =>
    isEdit(answer) && (only.length === 0 || only.includes(threat)) ? [{ threat, answer }] : [],
  );
  const caught = await judged(edited, terminal);
  const elsewhere = [...answers].filter(([, answer]) => !isEdit(answer));
  terminal.print(
    `\n${caught} of ${edited.length} answers to threats seen to fail their test when taken away; ${elsewhere.length} are given outside of what these tests run`,
  );
  for (const [threat, answer] of elsewhere)
    if (!isEdit(answer)) terminal.print(`  ${threat}: ${answer.by}. ${answer.reason}`);
  terminal.print(`${caught} passed, ${edited.length - caught} failed`);
  terminal.exitCode = caught === edited.length ? 0 : 1;
}

void runProgram("npm run answers --", "take the answer to each threat away, and see a test fail", {
  details:
    "Each edit of cli/docs/threats/answers.yaml is made where files are compiled; the work tree stays as it is. Ends with 1 unless every test passes before and fails after by an assertion.",
  examples: ["", "--only flood"],
  define: (command, terminal) =>
    command
      .addOption(
        new Option("--only <threat>", "a threat; may be repeated")
          .argParser(repeated)
          .default([], "all"),
      )
      .action(({ only }) => run(only, terminal)),
});
