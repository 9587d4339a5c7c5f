import { regionsOf, type StackPlan } from "../plan";
import { createdIn } from "../table";
import { cost } from "./cost";
import { architecture } from "./drawing";
import { html, jsonScript, type Html } from "./html";
import type { ReportSection } from "./page";
import { coverage, policies } from "./policies";
import { areas, headline, recovery, releases } from "./sections";
import { watch } from "./watch";

/** Longest text of one input in the table of resources; the whole is in `plan.json`. */
const longestInput = 2000;

/** What the report says of one stack. */
export function reportSection(plan: StackPlan): ReportSection {
  return { stack: plan.stack, state: tabState(plan), text: stackSection(plan).text };
}

function tabState(plan: StackPlan): ReportSection["state"] {
  const levels = new Set(plan.judgement.violations.map((violation) => violation.enforcement));
  return levels.has("mandatory") ? "bad" : levels.has("advisory") ? "warn" : "good";
}

function stackSection(plan: StackPlan): Html {
  return html`<section class="stack" id="${plan.stack}" role="tabpanel" aria-labelledby="tab-${plan.stack}">
${headline(plan)}
${section("Architecture", architecture(plan))}
<div class="pair">${section("Resources by area and region", areas(plan))}<div>${plan.recovery && section("Recovery time", recovery(plan.recovery))}${plan.cost.total > 0 && section("Cost", cost(plan))}</div></div>
${section("Policies", policies(plan))}
${section("Coverage of frameworks", coverage(plan))}
${plan.releases.length > 0 && section("Model releases", releases(plan))}
${plan.releases.length > 0 && section("How models are watched", watch(plan))}
${section("All resources", resourceTable(plan))}
</section>`;
}

function section(title: string, content: Html): Html {
  return html`<section><h3>${title}</h3>${content}</section>`;
}

function resourceTable(plan: StackPlan): Html {
  const boxOf = new Map(
    plan.topology.lanes.flatMap((lane) =>
      lane.boxes.flatMap((box) => box.members.map((member) => [member.urn, box.urn])),
    ),
  );
  const rows = createdIn(plan).map((resource) => ({
    type: resource.type,
    name: resource.name,
    area: plan.topology.areaOf.get(resource.urn) ?? "",
    region: resource.region,
    box: boxOf.get(resource.urn),
    urn: resource.urn,
    inputs: clipped(
      JSON.stringify(
        resource.inputs,
        (_, value: unknown) => (typeof value === "string" ? clipped(value, 300) : value),
        2,
      ),
      longestInput,
    ),
  }));
  return html`<div class="resources" data-stack="${plan.stack}"><div class="controls"><label>Search <input type="search" placeholder="type, name or area" autocomplete="off"></label><label>Region <select><option value="">all</option>${regionsOf(plan).map((region) => html`<option>${region}</option>`)}</select></label><output aria-live="polite"></output></div>
<div class="scroll"><table><thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Area</th><th scope="col">Region</th></tr></thead><tbody></tbody></table></div><noscript>The table needs JavaScript; the same rows are in plan.json.</noscript>${jsonScript(`resources-${plan.stack}`, rows)}</div>`;
}

function clipped(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
