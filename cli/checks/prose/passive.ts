import type { TextlintRuleModule } from "@textlint/types";
import passiveVoice from "passive-voice";

/** Largest share of the sentences of a page, in per cent, that may be in the passive voice. */
const limit = 30;
/** Shorter pages may have a handful. */
const minimum = 10;

/** Passive voice by the share of a page: some sentences need it, a page of them is hard to read. */
const passive: TextlintRuleModule = ({ Syntax, RuleError, report, getSource }) => {
  let sentences = 0;
  const found: number[] = [];
  return {
    [Syntax.Paragraph](node) {
      for (const sentence of getSource(node)
        .replace(/`[^`]*`/g, "X")
        .split(/(?<=[.!?:])\s+/)) {
        sentences += 1;
        if (passiveVoice(sentence).length > 0) found.push(node.loc.start.line);
      }
    },
    [`${Syntax.Document}:exit`](node) {
      if (sentences < minimum || found.length * 100 <= sentences * limit) return;
      report(
        node,
        new RuleError(
          `${found.length} of ${sentences} sentences are in the passive voice, at most ${limit}% may be: lines ${found.join(", ")}`,
        ),
      );
    },
  };
};

export default passive;
