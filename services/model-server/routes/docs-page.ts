import type { Contract, Feature } from "../../contract/contract";

/** The page with a field for each feature of a model. */
export function docsPage(contract: Contract, version: string, modelPath: string): string {
  const fields = contract.features.map(fieldOf).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(contract.name)}</title>
<link rel="stylesheet" href="/docs/style.css">
<script src="/docs/form.js" defer></script>
</head>
<body>
<main>
<h1>${escaped(contract.name)} ${escaped(version)}</h1>
<p>${escaped(contract.purpose)}</p>
<p><a href="/openapi.json">OpenAPI 3.1</a>, <a href="${escaped(modelPath)}/schema">JSON Schema of a request</a></p>
<form data-path="${escaped(modelPath)}/predict">
${fields}
<button type="submit">Predict</button>
</form>
<h2>Request</h2>
<pre id="request"></pre>
<h2>Answer</h2>
<pre id="answer" role="status"></pre>
</main>
</body>
</html>
`;
}

function fieldOf(feature: Feature): string {
  const id = `f-${escaped(feature.name)}`;
  const required = feature.optional ? "" : " required";
  const [control, bounds] = controlOf(
    feature,
    `id="${id}" name="${escaped(feature.name)}"${required}`,
  );
  return `<div><label for="${id}">${escaped(feature.name)}</label>${control}<small>${escaped(feature.description)}${escaped(bounds)}${feature.optional ? ", may be left out" : ""}</small></div>`;
}

/** The control of a feature, whose `data-kind` says what its value is in JSON, and its bounds. */
function controlOf(
  feature: Feature,
  attributes: string,
): readonly [control: string, bounds: string] {
  switch (feature.type) {
    case "category":
      return [choice(feature.values, typeof feature.values[0], attributes), ""];
    case "boolean":
      return [choice([true, false], "boolean", attributes), ""];
    case "text":
      return [
        `<input ${attributes} type="text" data-kind="string" maxlength="${feature.maxLength}">`,
        `, at most ${feature.maxLength} characters`,
      ];
    case "date":
    case "timestamp": {
      const { min, max, type } = feature;
      const limits = type === "date" ? ` min="${min}" max="${max}"` : "";
      return [
        `<input ${attributes} type="${type === "date" ? "date" : "text"}" data-kind="string"${limits}>`,
        `, ${min} to ${max}`,
      ];
    }
    case "float":
    case "integer": {
      const { min, max, type } = feature;
      return [
        `<input ${attributes} type="number" data-kind="number" step="${type === "integer" ? "1" : "any"}" min="${min}" max="${max}">`,
        `, ${min} to ${max}`,
      ];
    }
  }
}

function choice(values: readonly unknown[], kind: string, attributes: string): string {
  const options = values.map((value) => `<option>${escaped(String(value))}</option>`).join("");
  return `<select ${attributes} data-kind="${kind}"><option value=""></option>${options}</select>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export const docsStyle = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 48rem; margin: 0 auto; padding: 1rem; }
form div { display: grid; grid-template-columns: minmax(6rem, 12rem) minmax(6rem, 12rem) 1fr; gap: 0.25rem 1rem; margin-bottom: 0.5rem; }
label, h1, small { overflow-wrap: anywhere; }
pre { overflow-x: auto; border: 1px solid; padding: 0.5rem; min-height: 1.5rem; }
@media (max-width: 40rem) { form div { grid-template-columns: 1fr; } }
`;

/** An empty field is left out. */
export const docsScript = `const form = document.querySelector("form");
const show = (id, value) => (document.getElementById(id).textContent = JSON.stringify(value, null, 2));
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const read = { number: Number, boolean: (text) => text === "true", string: (text) => text };
  const given = [...form.elements].filter(({ name, value }) => name !== "" && value !== "");
  const features = Object.fromEntries(
    given.map(({ name, value, dataset }) => [name, read[dataset.kind](value)]),
  );
  show("request", { features });
  try {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ features });
    const answer = await fetch(form.dataset.path, { method: "POST", headers, body });
    show("answer", await answer.json());
  } catch (error) {
    show("answer", { error: String(error) });
  }
});
`;
