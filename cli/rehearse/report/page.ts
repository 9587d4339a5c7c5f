import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Html, html, number, plural } from "../../plan/report/html";
import type { Rehearsal } from "../result";
import { drift } from "./drift";
import { accuracy, explanations, fairness } from "./models";
import { timeline } from "./timeline";
import { trialSection } from "./trials";

/** The report of a rehearsal as one page that needs nothing else: no network, no other file. */
export function reportPage(result: Rehearsal): string {
  const { model, purpose, trials, expectations } = result;
  const met = expectations.filter((one) => one.met).length;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Causeway rehearsal: ${model}</title><style>${new Html(stylesheet())}</style></head>
<body><header class="masthead"><p class="brand"><span>Causeway</span></p><p class="tagline">A model's whole life, rehearsed on one machine by the programs that the containers run</p></header>
<main><section class="stack"><header class="headline"><h2>${model}</h2><span class="verdict ${met === expectations.length ? "clean" : "refused"}">${met} of ${expectations.length} as meant</span><p class="lead">${purpose}</p></header>
${tiles(result)}
<ol class="expectations">${expectations.map(({ expected, found, met: as }) => html`<li class="${as ? "good" : "bad"}"><b>${expected}</b><span>${found}</span></li>`)}</ol></section>
${section("What happened", timeline(result))}
${section("Accuracy, before and after", accuracy(result))}
${section("Drift against its calibrated threshold", drift(result))}
${section("Fairness by group", fairness(result))}
${section("Trials", html`${trials.map((trial) => trialSection(trial, result))}`)}
${section("Explanations", explanations(result))}
${section("What is real, and what is simulated", footnotes(result))}</main>
<footer><p>Written by <code>npx causeway rehearse</code>. The same facts for programs: <code>rehearsal.json</code>. Seed ${result.seed}; with the same seed and the same code everything but latencies and times comes out the same.</p></footer></body></html>
`.text;
}

function stylesheet(): string {
  return [
    join(__dirname, "..", "..", "plan", "report", "report.css"),
    join(__dirname, "rehearsal.css"),
  ]
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
}

function section(title: string, content: Html): Html {
  return html`<section><h3>${title}</h3>${content}</section>`;
}

function tiles({ models, trials, requests, seconds, windows }: Rehearsal): Html {
  const tile = (name: string, value: string, note: string) =>
    html`<div class="tile"><dt>${name}</dt><dd><strong>${value}</strong><span>${note}</span></dd></div>`;
  const actions = trials.map((trial) => trial.looks[trial.looks.length - 1]?.verdict.action);
  const drifted = windows.map(
    ({ drift: found }) => found.filter((feature) => feature.drifted).length,
  );
  const affected = trials.reduce((sum, trial) => sum + trial.affected, 0);
  return html`<dl class="tiles">${tile("Challengers", `${actions.filter((action) => action === "promote").length} promoted`, `${actions.filter((action) => action === "roll back").length} rolled back, ${models.filter((model) => model.refused).length} refused before serving`)}${tile("Drift", `${drifted.join(" → ")}`, "features drifted, before and after the change")}${tile("Affected", plural(affected, "request"), "by injected faults, until the rollbacks")}${tile("Took", `${seconds.toFixed(0)} s`, `${number(requests)} predictions, ${models.reduce((sum, model) => sum + model.steps.fresh, 0)} training steps run, ${models.reduce((sum, model) => sum + model.steps.reused, 0)} reused`)}</dl>`;
}

function footnotes({ limits, channel }: Rehearsal): Html {
  return html`<ul class="notes"><li><b>Real:</b> the contract, the data and the true labels, every training step and gate, the model servers (compiled as in the image, one process each), requests, labels, counters and explanations, all over loopback.</li>
<li><b>Traffic:</b> each request is one more applicant drawn with replacement from the held-out rows, which the models in the trial have not been trained on; intervals speak about that population. Windows for drift send each held-out row once; a release takes the reference of its score from these same rows, so in the unchanged window the score cannot drift, and only the features are a test.</li>
<li><b>Simulated:</b> the mesh. A small router splits by a hash of the subject and counts what no server answered and how long callers waited, as the proxies would; faults are injected there and nowhere else. Requests, errors, labels, groups, features and scores are counted by the servers.</li>
<li><b>Decisions:</b> the gates are those that judge a release in the cluster, by the same functions of the same counts (docs/gates.md). They share a false-rollback rate of ${limits.falseRollback} and hold at all looks together. Below ${limits.minimumRequests} requests of the challenger only faults are told. Only a ${channel === "approval" ? "person's recorded approval, which a rehearsal does not wait for, would still stand before full traffic: this model's channel is approval" : "passed trial stands before full traffic: this model's channel is automatic"}.</li>
<li><b>The change and the unfair challenger</b> are made by construction; whether they are found is not. Training steps whose inputs have the same digests are reused; <code>--fresh</code> runs them again.</li></ul>`;
}
