import { experimentSection } from "./scenarios/experiments";
import { requestSection } from "./scenarios/requests";
import { scoreSection } from "./scenarios/scores";
import { shadowSection } from "./scenarios/shadow";

/** Sections of each family of scenarios, in the order of the page. */
const sections = [requestSection, scoreSection, shadowSection, experimentSection];

/** What the gates make of the ways in which production breaks their assumptions. */
export function scenarioSection(): string {
  return `## Where production breaks the assumptions

Each gate states its unit, its control and what it assumes, and runs through scenarios in which production breaks that. \`npm run scenarios\` simulates them with fixed seeds, \`npm run scenarios -- --only <family>\` one family; a test compares what it finds with this page.

${sections.map((section) => section()).join("\n\n")}`;
}
