import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Html, html, plural } from "./html";

/** The part of the report that is about one stack. */
export interface ReportSection {
  readonly stack: string;
  /** Colour of its tab. */
  readonly state: "good" | "warn" | "bad";
  /** HTML. */
  readonly text: string;
}

/**
 * The report of all planned stacks as one page that needs nothing else: no network, no other file.
 */
export function reportPage(sections: readonly ReportSection[]): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Causeway plan: ${sections.map(({ stack }) => stack).join(", ")}</title><style>${new Html(asset("report.css"))}</style></head>
<body><a class="skip" href="#stacks">Skip to the stacks</a>
<header class="masthead"><p class="brand">${logo()}<span>Causeway</span></p><p class="tagline">${plural(sections.length, "stack")} planned without a cloud, by the program that <code>pulumi up</code> runs</p>
<nav role="tablist" aria-label="Stacks">${sections.map(({ stack, state }, i) => html`<a role="tab" id="tab-${stack}" href="#${stack}" aria-controls="${stack}" aria-selected="${i === 0 ? "true" : "false"}"><span class="state ${state}"></span>${stack}</a>`)}</nav></header>
<main id="stacks">${sections.map(({ text }) => new Html(text))}</main>
<footer><p>Written by <code>npm start</code>. The same facts for programs: <code>out/&lt;stack&gt;/plan.json</code>; every Kubernetes object: <code>out/&lt;stack&gt;/manifests</code>.</p></footer>
<script>${new Html(asset("client.js"))}</script></body></html>
`;
  return page.text;
}

function asset(name: string): string {
  return readFileSync(join(__dirname, name), "utf8");
}

/** An arched bridge over water. */
function logo(): Html {
  return html`<svg viewBox="0 0 44 28" aria-hidden="true"><path d="M2 9h40" /><path d="M5 9v12M39 9v12M22 9v12" /><path d="M5 20c0-8 3-11 8.500-11s8.500 3 8.500 11M22 20c0-8 3-11 8.500-11s8.500 3 8.500 11" /><path class="water" d="M2 24.500c3.300 0 3.300 1.500 6.600 1.500s3.300-1.500 6.700-1.500 3.300 1.500 6.700 1.500 3.300-1.500 6.700-1.500 3.300 1.500 6.600 1.500 3.300-1.500 6.700-1.500" /></svg>`;
}
