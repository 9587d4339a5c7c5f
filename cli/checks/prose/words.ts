import type { TextlintRuleModule } from "@textlint/types";

/**
 * Words that a platform engineer would not search for, each with the term to use instead. Code
 * spans and fenced blocks are not looked at, so names in the cluster and in AWS may hold them.
 */
const terms: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bgrounds?\b/gi, "base resources, base stack"],
  [/\belsewhere\b/gi, "the name of the location"],
  [/\bplaces?\b/gi, "location"],
  [/\bmoments?\b/gi, "time, timestamp"],
  [/\bhearing\b/gi, "the name of the event"],
  [/\blinks?\b/gi, "the name of the relation"],
  [/\blakes?\b/gi, "data volume, data store"],
  [/\btapes?\b/gi, "recording"],
  [/\bworlds?\b/gi, "scenario"],
  [/\bstand-?ins?\b/gi, "fake"],
  [/\bpatience\b/gi, "timeout"],
  [/\bpaces?\b/gi, "rollout timing"],
  [/\bwhoever\b/gi, "the role"],
  [/\bby itself outside\b/gi, "what happens in which environment"],
];

/** A test's stand-in for a program is a term of the end-to-end tests. */
const standIn = (path: string | undefined, word: string) =>
  /(^|[\\/])docs[\\/]e2e\.md$/.test(path ?? "") && /^stand/i.test(word);

const words: TextlintRuleModule = ({
  Syntax,
  RuleError,
  report,
  getSource,
  getFilePath,
  locator,
}) => ({
  [Syntax.Str](node) {
    const text = getSource(node);
    for (const [pattern, instead] of terms)
      for (const match of text.matchAll(pattern))
        if (!standIn(getFilePath(), match[0]))
          report(
            node,
            new RuleError(`"${match[0]}": write ${instead}`, { padding: locator.at(match.index) }),
          );
  },
});

export default words;
