import { readFileSync } from "node:fs";
import { join } from "node:path";
import { regionsOf, type StackPlan } from "../plan";
import { createdIn } from "../table";
import { cost } from "./cost";
import { architecture } from "./drawing";
import { Html, html, jsonScript, plural } from "./html";
import { coverage, policies } from "./policies";
import { areas, headline, recovery, releases } from "./sections";
import { watch } from "./watch";

/** Longest text of one input in the table of resources; the whole is in `plan.json`. */
const longestInput = 2000;

/**
 * The report of all planned stacks as one page that needs nothing else: no network, no other file.
 */
export function reportPage(plans: readonly StackPlan[]): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Causeway plan: ${plans.map((plan) => plan.stack).join(", ")}</title><style>${new Html(asset("report.css"))}</style></head>
<body><a class="skip" href="#stacks">Skip to the stacks</a>
<header class="masthead"><p class="brand">${logo()}<span>Causeway</span></p><p class="tagline">${plural(plans.length, "stack")} planned without a cloud, by the program that <code>pulumi up</code> runs</p>
<nav role="tablist" aria-label="Stacks">${plans.map((plan, i) => html`<a role="tab" id="tab-${plan.stack}" href="#${plan.stack}" aria-controls="${plan.stack}" aria-selected="${i === 0 ? "true" : "false"}"><span class="state ${tabState(plan)}"></span>${plan.stack}</a>`)}</nav></header>
<main id="stacks">${plans.map(stackSection)}</main>
<footer><p>Written by <code>npm start</code>. The same facts for programs: <code>out/&lt;stack&gt;/plan.json</code>; every Kubernetes object: <code>out/&lt;stack&gt;/manifests</code>.</p></footer>
<script>${new Html(asset("client.js"))}</script></body></html>
`;
  return page.text;
}

function asset(name: string): string {
  return readFileSync(join(__dirname, name), "utf8");
}

function tabState(plan: StackPlan): string {
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

/** An arched bridge over water. */
function logo(): Html {
  return html`<svg viewBox="0 0 44 28" aria-hidden="true"><path d="M2 9h40" /><path d="M5 9v12M39 9v12M22 9v12" /><path d="M5 20c0-8 3-11 8.500-11s8.500 3 8.500 11M22 20c0-8 3-11 8.500-11s8.500 3 8.500 11" /><path class="water" d="M2 24.500c3.300 0 3.300 1.500 6.600 1.500s3.300-1.500 6.700-1.500 3.300 1.500 6.700 1.500 3.300-1.500 6.700-1.500 3.300 1.500 6.600 1.500 3.300-1.500 6.700-1.500" /></svg>`;
}
