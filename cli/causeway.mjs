#!/usr/bin/env -S node --max-semi-space-size=64
// Verbs, their groups and their summaries are data, so that help needs neither TypeScript nor a
// verb's own imports.
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Command } from "commander";

const require = createRequire(import.meta.url);
// The pinned SDK runs on every Node that package.json takes: its advice for later ones is for us.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
const json = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
const { exitCodes, groups } = json("./verbs.json");
const names = groups.flatMap(({ verbs }) => verbs.map(({ name }) => name));
const unusable = 2;

/** Everything that the help of `causeway` says comes from here; `run` is called with what a verb gets. */
export function rootCommand(run) {
  const root = new Command("causeway")
    .usage("<verb> [arguments] [--help | --json]")
    .version(json("../package.json").version)
    .enablePositionalOptions()
    .helpCommand(false)
    .configureHelp({ visibleCommands: leaves, visibleOptions: () => [], subcommandTerm: fullName })
    .showHelpAfterError(`allowed: ${names.join(", ")}`)
    .addHelpText("after", `\n${exitCodesText()}`);
  for (const { users, verbs } of groups)
    for (const { name, summary } of verbs) {
      const [first, ...rest] = name.split(" ");
      const parent = rest.length === 0 ? root : branch(root, first, users);
      parent
        .command(rest.at(-1) ?? first)
        .description(summary)
        .helpGroup(`${users}:`)
        // What follows a verb is read by the verb, `--help` too.
        .helpOption(false)
        .allowUnknownOption()
        .passThroughOptions()
        .argument("[arguments...]")
        .action((argv) => run(name, argv));
    }
  return exitsWith(root, unusable);
}

function branch(root, name, users) {
  return (
    root.commands.find((command) => command.name() === name) ??
    root
      .command(name)
      .helpCommand(false)
      .helpGroup(`${users}:`)
      .showHelpAfterError(
        `allowed: ${names.filter((one) => one.startsWith(`${name} `)).join(", ")}`,
      )
      .configureHelp({ visibleCommands: leaves })
  );
}

function leaves(command) {
  return command.commands
    .flatMap((one) => (one.commands.length > 0 ? leaves(one) : [one]))
    .sort((a, b) => names.indexOf(fullName(a)) - names.indexOf(fullName(b)));
}

function fullName(command) {
  return command.parent?.parent ? `${command.parent.name()} ${command.name()}` : command.name();
}

function exitCodesText() {
  const lines = Object.entries(exitCodes).map(([code, meaning]) => `${code} ${meaning}`);
  return `Exit codes: ${lines.join("; ")}.`;
}

/** Commander ends with 1 where a command line cannot be used, which is another code here. */
function exitsWith(command, code) {
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : code));
  command.commands.forEach((one) => exitsWith(one, code));
  return command;
}

/** `causeway help plan` is `causeway plan --help`. */
function asked([first, ...rest]) {
  return first === "help"
    ? [...rest, "--help"]
    : [first, ...rest].filter((word) => word !== undefined);
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await rootCommand(async (verb, argv) => {
    const { register } = await import("tsx/cjs/api");
    register();
    await require("./run-verb.ts").main(verb, argv);
  }).parseAsync(asked(process.argv.slice(2)), { from: "user" });
}
