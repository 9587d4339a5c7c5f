import { Argument, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { CommandLine } from "./command";
import { verbCommand, verbs } from "./run-verb";
import { Terminal } from "./terminal";

/** Words that may follow some words of a command line. */
interface Completion {
  /** What was typed before, such as `release verify`; nothing after `causeway` itself. */
  readonly after: string;
  readonly words: readonly string[];
}

/** What may follow `causeway`, each group, and each verb. */
export function completions(): Completion[] {
  const groups = [
    ...new Set(verbs.flatMap(({ name }) => (name.includes(" ") ? [name.split(" ")[0] ?? ""] : []))),
  ];
  return [
    { after: "", words: [...new Set(verbs.map(({ name }) => name.split(" ")[0] ?? name))] },
    ...groups.map((group) => ({
      after: group,
      words: verbs.flatMap(({ name }) =>
        name.startsWith(`${group} `) ? [name.slice(group.length + 1)] : [],
      ),
    })),
    ...verbs.map((row) => ({
      after: row.name,
      words:
        row.name === "completion"
          ? Object.keys(shells)
          : optionsOf(verbCommand(row, new Terminal())),
    })),
  ];
}

function optionsOf({ options }: CommandUnknownOpts): string[] {
  return [...options.flatMap(({ long }) => long ?? []), "--help"];
}

const bash = (all: readonly Completion[]) => `# eval "$(npx causeway completion bash)"
_causeway() {
  local words="\${COMP_WORDS[*]:1:COMP_CWORD-1}" current="\${COMP_WORDS[COMP_CWORD]}" options
  case "$words" in
${all
  .map(
    ({ after, words }) =>
      `    ${after === "" ? '""' : `"${after}"*`}) options="${words.join(" ")}" ;;`,
  )
  .reverse()
  .join("\n")}
  esac
  COMPREPLY=($(compgen -W "$options" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _causeway causeway
alias causeway="npx causeway"
`;

const zsh = (all: readonly Completion[]) => `autoload -Uz bashcompinit && bashcompinit
${bash(all).replace("completion bash", "completion zsh")}`;

const fish = (all: readonly Completion[]) => `# npx causeway completion fish | source
alias causeway="npx causeway"
${all
  .map(({ after, words }) => {
    const test =
      after === ""
        ? "__fish_use_subcommand"
        : after
            .split(" ")
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join("; and ");
    return `complete -c causeway -n "${test}" -a "${words.join(" ")}"`;
  })
  .join("\n")}
`;

const shells = { bash, zsh, fish } as const;

export const verb: CommandLine = {
  details:
    "Completes verbs and options of `causeway`, which it makes a short name of `npx causeway`.",
  examples: ["bash >> ~/.bashrc", "fish | source"],
  define: (command, terminal) =>
    command
      .addArgument(
        new Argument("<shell>", "whose completion").choices(["bash", "zsh", "fish"] as const),
      )
      .action((shell) => terminal.print(shells[shell](completions()).trimEnd())),
};
