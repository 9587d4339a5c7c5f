import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jsonHelp, type CommandLine } from "../command";
import { addedLines, trackedFiles } from "./repository";

/** A text that may hold a secret, and where it is from. */
interface Source {
  /** Path in the repository. */
  readonly path: string;
  readonly text: string;
  /** Commit that added each line; absent for a file as it is. */
  readonly commits?: readonly string[];
}

/** Something that looks like a secret. */
interface Finding {
  readonly path: string;
  /** File and line, or file and commit. */
  readonly location: string;
  readonly rule: string;
  /** With the secret masked. */
  readonly message: string;
}

const prefix = "@secretlint/secretlint-rule-";

/**
 * What the preset does not know: tokens of this platform's systems, and the name of an AWS key,
 * which it takes for no secret without the key itself.
 */
const patterns: Readonly<Record<string, RegExp>> = {
  "aws-access-key": /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  "pulumi-token": /\bpul-[0-9a-f]{40}\b/g,
  "grafana-token": /\bglsa_[0-9A-Za-z]{32}_[0-9a-f]{8}\b/g,
};

/**
 * Files that hold a made-up secret because they test that one is found; only what `rule` finds
 * there is let through.
 */
const allowed: readonly { readonly path: string; readonly rule: string }[] = [
  { path: "test/infra/stack/corpus/access-key-in-value.yaml", rule: "aws-access-key" },
  { path: "test/infra/stack/corpus/password-in-url.yaml", rule: "basicauth" },
  // The key that AWS's own documentation signs its examples with.
  { path: "test/cli/release/fake-kms.ts", rule: "aws" },
  { path: "test/cli/release/kms.test.ts", rule: "aws" },
  { path: "test/policies/rules/access/secrets.test.ts", rule: "database-connection-string" },
  { path: "test/policies/rules/access/secrets.test.ts", rule: "basicauth" },
  // The same under the paths that the history has for them.
  { path: "test/infra/config/corpus/access-key-in-value.yaml", rule: "aws-access-key" },
  { path: "test/infra/config/corpus/password-in-url.yaml", rule: "basicauth" },
  ...["test/tools/aws", "test/services/delivery/aws"].flatMap((folder) => [
    { path: `${folder}/fake-kms.ts`, rule: "aws" },
    { path: `${folder}/kms.test.ts`, rule: "aws" },
    { path: `${folder}/sign-request.test.ts`, rule: "aws-access-key" },
  ]),
];

/**
 * Characters of the texts that are looked through together: the library's own book-keeping takes
 * time by the square of the number of texts.
 */
const batchCharacters = 500_000;

/**
 * One text of several, with the source of each of its lines. A comment that tells the library to
 * look away is made unreadable to it: what is let through is listed above.
 */
interface Batch {
  text: string;
  readonly lines: { readonly source: Source; readonly line: number }[];
}

function batches(sources: readonly Source[]): Batch[] {
  const all: Batch[] = [];
  for (const source of sources) {
    let last = all.at(-1);
    if (last === undefined || last.text.length > batchCharacters)
      all.push((last = { text: "", lines: [] }));
    const text = `${source.text.replaceAll("secretlint-", "secretlint_")}\n\n`;
    last.text += text;
    for (let line = 1; line < text.split("\n").length; line += 1) last.lines.push({ source, line });
  }
  return all;
}

async function findingsIn({ text, lines }: Batch): Promise<Finding[]> {
  // These are loaded when they are used: they are ES modules, and slow to load.
  const { lintSource } = await import("@secretlint/core");
  const { creator } = await import("@secretlint/secretlint-rule-preset-recommend");
  const config = { rules: [{ id: `${prefix}preset-recommend`, rule: creator, options: {} }] };
  const { messages } = await lintSource({
    source: { filePath: "sources.txt", content: text, contentType: "text" },
    options: { config, locale: "en", maskSecrets: true, noPhysicFilePath: true },
  });
  const matches = Object.entries(patterns).flatMap(([rule, pattern]) =>
    [...text.matchAll(pattern)].map(({ index }) => ({
      line: text.slice(0, index).split("\n").length,
      rule,
      message: "found a token",
    })),
  );
  const all = [
    ...messages.map(({ ruleId, loc, message }) => ({
      line: loc.start.line,
      rule: ruleId.replace(prefix, ""),
      message,
    })),
    ...matches,
  ];
  return all.flatMap(({ line, rule, message }): Finding[] => {
    const at = lines[line - 1];
    return at === undefined
      ? []
      : [{ path: at.source.path, location: locationOf(at.source, at.line), rule, message }];
  });
}

function locationOf({ path, commits }: Source, line: number): string {
  return commits === undefined
    ? `${path}:${line}`
    : `${path} in commit ${commits[line - 1] ?? "?"}`;
}

function isAllowed(finding: Finding): boolean {
  return allowed.some(({ path, rule }) => path === finding.path && rule === finding.rule);
}

function currentFiles(folder: string): Source[] {
  return trackedFiles(folder).flatMap((path): Source[] => {
    const bytes = readFileSync(join(folder, path));
    return bytes.includes(0) ? [] : [{ path, text: bytes.toString("utf8") }];
  });
}

export const verb: CommandLine = {
  details: "Shows no secret: each finding has its file and line, or file and commit.",
  examples: ["", "--no-history --json"],
  define: (command, terminal) =>
    command
      .argument("[folder]", "of a repository", join(__dirname, "..", ".."))
      .option("--no-history", "files only")
      .option("--json", jsonHelp)
      .action(async (folder, { history }) => {
        const files = currentFiles(folder);
        const added = history ? addedLines(folder) : [];
        const found: Finding[] = [];
        for (const batch of batches([...files, ...added]))
          found.push(...(await findingsIn(batch)).filter((finding) => !isAllowed(finding)));
        const commits = new Set(added.flatMap((one) => one.commits)).size;
        for (const { location, rule, message } of found)
          terminal.complain(`${location}: ${rule}: ${message}`);
        if (found.length > 0)
          terminal.complain(
            "Revoke each, then take it out; what a test makes up is listed in cli/checks/secrets.ts.",
          );
        terminal.result({ files: files.length, commits, found }, [
          `secrets: ${files.length} files and ${commits} commits, ${found.length} found`,
        ]);
        terminal.exitCode = found.length > 0 ? 1 : 0;
      }),
};
