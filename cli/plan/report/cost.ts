import { notCovered, type CostLine } from "../../../infra/cost/estimate";
import { regionsOf, type StackPlan } from "../plan";
import { words } from "../topology";
import { dollars, html, type Html } from "./html";
import { pricesAsOf } from "../../../infra/cost/prices";

/**
 * Cost per region, split into what models take and what they share; below it, the dearest items.
 */
export function cost(plan: StackPlan): Html {
  const { lines, total, byRegion } = plan.cost;
  const most = Math.max(1, ...Object.values(byRegion));
  const models = plan.config.models.map((model) => model.name);
  const rows = regionsOf(plan).filter((region) => byRegion[region] !== undefined);
  const budget = plan.config.monthlyBudgetUsd;
  return html`<figure class="cost"><table class="bars"><caption class="visually-hidden">Cost by region</caption><tbody>${rows.map((region) => regionRow(region, lines, models, most))}</tbody></table>
<ol class="items">${dearest(lines).map(([item, sum]) => html`<li><span>${item}</span><b>${dollars(sum)}</b></li>`)}</ol>
<table class="numbers"><thead><tr><th scope="col">Model</th>${rows.map((region) => html`<th scope="col">${region}</th>`)}<th scope="col">Total</th></tr></thead>
<tbody>${[...models, undefined].map((model) => modelRow(model, rows, lines))}</tbody></table>
<figcaption>${dollars(total)} a month at rest: least replicas, no traffic${budget === undefined ? "" : `; the stack's budget is ${dollars(budget)}`}. Prices as of ${pricesAsOf}. <details><summary>Not in the estimate</summary><ul>${notCovered.map((text) => html`<li>${text}</li>`)}</ul></details></figcaption></figure>`;
}

function regionRow(
  region: string,
  lines: readonly CostLine[],
  models: readonly string[],
  most: number,
): Html {
  const shared = sumOf(lines.filter((line) => line.region === region && line.model === undefined));
  const parts = [
    { name: "shared", sum: shared, key: "shared" },
    ...models.map((name) => ({
      name,
      sum: sumOf(lines.filter((line) => line.region === region && line.model === name)),
      key: "model",
    })),
  ];
  const total = parts.reduce((sum, part) => sum + part.sum, 0);
  let x = 0;
  const bars = parts.map(({ name, sum, key }) => {
    const width = (sum / most) * 1000;
    const bar = html`<rect class="cost-${key}" x="${x.toFixed(1)}" y="0" width="${Math.max(0, width - 1.5).toFixed(1)}" height="20" rx="2"><title>${name}: ${dollars(sum)}</title></rect>`;
    x += width;
    return bar;
  });
  return html`<tr><th scope="row">${region}</th><td><svg viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">${bars}</svg></td><td>${dollars(total)}</td></tr>`;
}

function modelRow(
  model: string | undefined,
  regions: readonly string[],
  lines: readonly CostLine[],
): Html {
  const own = lines.filter((line) => line.model === model);
  return html`<tr><th scope="row">${model ?? html`<em>shared by all models</em>`}</th>${regions.map((region) => html`<td>${dollars(sumOf(own.filter((line) => line.region === region)))}</td>`)}<td class="total">${dollars(sumOf(own))}</td></tr>`;
}

function dearest(lines: readonly CostLine[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const line of lines) {
    const label = `${words(line.type)}: ${line.item}`;
    sums.set(label, (sums.get(label) ?? 0) + line.monthlyUsd);
  }
  return [...sums].sort((a, b) => b[1] - a[1]).slice(0, 6);
}

function sumOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, line) => sum + line.monthlyUsd, 0);
}
