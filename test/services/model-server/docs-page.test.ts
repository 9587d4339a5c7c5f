/** @jest-environment ./test/services/model-server/support/environment.ts */
import { runInNewContext } from "node:vm";
import type { Contract } from "../../../services/contract/contract";
import { docsPage, docsScript } from "../../../services/model-server/routes/docs-page";
import { goodFeatures, loadedSample, paths, testServer } from "./support/server";

describe("/openapi.json", () => {
  test("describes each operation of the model, with bounds of the contract and the form of a refusal", async () => {
    const { app } = await testServer({ version: "1.0.0" });
    const document = (await app.inject("/openapi.json")).json();
    expect([document.openapi, document.info.title, document.info.version]).toEqual([
      "3.1.0",
      "loan-approval",
      "1.0.0",
    ]);
    expect(Object.keys(document.paths)).toEqual([paths.predict, paths.explain, paths.infer]);
    const { post } = document.paths[paths.predict];
    const form = post.requestBody.content["application/json"].schema.properties.features;
    expect(form.properties.obrat).toMatchObject({ type: "number", minimum: 0, maximum: 100 });
    const [answer, refusal] = await Promise.all(
      [{ features: goodFeatures }, {}].map((payload) =>
        app.inject({ method: "POST", url: paths.predict, payload }),
      ),
    );
    const { properties, required } = post.responses["200"].content["application/json"].schema;
    expect(Object.keys(answer!.json())).toEqual(Object.keys(properties));
    expect(required).toEqual(Object.keys(properties));
    expect(Object.keys(document.components.schemas.Problem.properties)).toEqual(
      Object.keys(refusal!.json()),
    );
  });
});

describe("/docs", () => {
  test("has a labelled field for each feature, and nothing from elsewhere or inline", async () => {
    const { app } = await testServer();
    const page = await app.inject("/docs");
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.headers["content-security-policy"]).toMatch(
      /^default-src 'none'; script-src 'self';/,
    );
    expect(page.headers["x-content-type-options"]).toBe("nosniff");
    for (const name of Object.keys(goodFeatures))
      expect(page.body).toMatch(
        new RegExp(`<label for="f-${name}">.*id="f-${name}" name="${name}"`),
      );
    expect(page.body).not.toMatch(/https?:\/\/|<style|<script>|\son\w+=|\sstyle=/);
    const linked = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(linked).toHaveLength(4);
    for (const path of linked) expect((await app.inject(path)).statusCode).toBe(200);
  });

  test("escapes what a contract says", async () => {
    const { contract } = await loadedSample();
    const page = docsPage(
      { ...contract, purpose: `<img src=x onerror="a('b')">` },
      "1.0.0",
      "/v2/models/x",
    );
    expect(page).not.toContain("<img");
    expect(page).toContain("&#60;img src=x onerror=&#34;a(&#39;b&#39;)&#34;&#62;");
  });

  test("has a control for each type, whose value is sent as the contract has it", async () => {
    const { contract } = await loadedSample();
    const base = { description: "", classification: "internal", optional: false } as const;
    const features: Contract["features"] = [
      { ...base, name: "plan", type: "category", values: ["None", "1 year"] },
      { ...base, name: "senior", type: "boolean" },
      { ...base, name: "since", type: "date", min: "2020-01-01", max: "2024-12-31" },
      { ...base, name: "shop", type: "text", maxLength: 5, buckets: 4 },
    ];
    const page = docsPage({ ...contract, features }, "1.0.0", "/v2/models/x");
    expect(page).toContain(
      '<select id="f-plan" name="plan" required data-kind="string"><option value=""></option><option>None</option><option>1 year</option></select>',
    );
    expect(page).toContain('name="senior" required data-kind="boolean"');
    expect(page).toContain('type="date" data-kind="string" min="2020-01-01" max="2024-12-31"');
    expect(page).toContain('type="text" data-kind="string" maxlength="5"');
  });

  test("sends the numbers of the form to predict, and shows the answer", async () => {
    const { app } = await testServer({ version: "1.0.0" });
    const shown: Record<string, { textContent: string }> = {};
    let submit: (event: object) => Promise<void> = () => Promise.reject(new Error("no form"));
    const elements = [
      { name: "", value: "Predict", dataset: {} },
      ...Object.entries({ ...goodFeatures, multi: "" }).map(([name, value]) => ({
        name,
        value: String(value),
        dataset: { kind: "number" },
      })),
    ];
    const form = {
      dataset: { path: paths.predict },
      elements,
      addEventListener: (_event: string, listener: typeof submit) => (submit = listener),
    };
    runInNewContext(docsScript, {
      document: {
        querySelector: () => form,
        getElementById: (id: string) => (shown[id] ??= { textContent: "" }),
      },
      fetch: async (
        url: string,
        { method, headers, body }: { method: "POST"; headers: object; body: string },
      ) => {
        const answer = await app.inject({ method, url, headers: { ...headers }, payload: body });
        return { json: async () => answer.json() };
      },
    });
    await submit({ preventDefault: () => undefined });
    expect(JSON.parse(shown["request"]!.textContent).features).toMatchObject({ obrat: 33 });
    expect(JSON.parse(shown["request"]!.textContent).features).not.toHaveProperty("multi");
    expect(JSON.parse(shown["answer"]!.textContent)).toMatchObject({
      model: "loan-approval",
      label: "approve",
    });
  });
});
