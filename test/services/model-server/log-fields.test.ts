/** @jest-environment ./test/services/model-server/support/environment.ts */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kindsIn } from "../../../cli/privacy/personal-data";
import { logFields } from "../../../services/contract/log-fields";
import { subjectHeader } from "../../../services/model-server/requests/subject";
import { modelFolder } from "../../harness/fixtures";
import { goodFeatures, labelOf, paths, root, tensor, testServer } from "./support/server";

type Line = Record<string, unknown>;
const fields: Readonly<Record<string, string>> = logFields;

/** Whether the log store can index a value as the type that is declared for its field. */
function fits(type: string | undefined, value: unknown): boolean {
  if (Array.isArray(value)) return value.every((each) => fits(type, each));
  switch (type) {
    case "keyword":
    case "text":
      return typeof value === "string";
    case "date":
      return typeof value === "string" && new Date(value).toISOString() === value;
    case "integer":
      return Number.isInteger(value);
    case "float":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    default:
      return false;
  }
}

const misfits = (lines: readonly Line[]) =>
  lines.flatMap((line) =>
    Object.entries(line)
      .filter(([name, value]) => !fits(fields[name], value))
      .map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
  );
const seen = new Set<string>();
const written: Line[] = [];
const note = (lines: readonly Line[]) => {
  written.push(...lines);
  for (const line of lines) for (const name of Object.keys(line)) seen.add(name);
};

/** Lines of the image's process itself from its start to its end. */
async function processLines(): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), "causeway-log-fields-"));
  execFileSync(process.execPath, [join(root, "services", "model-server", "build.mjs"), folder]);
  const env = {
    PATH: process.env["PATH"],
    CAUSEWAY_MODEL_FOLDER: modelFolder,
    CAUSEWAY_HTTP_PORT: "0",
    CAUSEWAY_METRICS_PORT: "0",
    CAUSEWAY_HOST: "127.0.0.1",
    CAUSEWAY_EXECUTION: "workers",
  };
  const child = spawn(process.execPath, [join(folder, "server.js")], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  let asked = false;
  child.stdout.on("data", (data) => {
    text += data;
    // A second signal would mean now.
    if (!asked && text.includes('"listening"')) asked = child.kill("SIGTERM");
  });
  await new Promise((resolve) => child.on("close", resolve));
  rmSync(folder, { recursive: true, force: true });
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

test("every field of every request's line is declared, with the type of its value", async () => {
  const { app, logs } = await testServer();
  const post = (url: string, payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: "POST",
      url,
      payload: JSON.stringify(payload),
      headers: { "content-type": "application/json", ...headers },
    });
  const predicted = await post(
    paths.predict,
    { features: goodFeatures },
    { [subjectHeader]: "person-1" },
  );
  const { predictionId } = predicted.json<{ predictionId: string }>();
  await post(paths.infer, tensor());
  await post(paths.infer, tensor([[1], [2]]));
  await post(paths.explain, { features: goodFeatures });
  await app.inject(labelOf(predictionId, { label: "approve" }));
  // The one that names a subject has a line of its own beside it.
  expect(logs).toHaveLength(6);
  expect(misfits(logs)).toEqual([]);
  note(logs);
});

test("so is that of a failure of the server", async () => {
  const scorer = { score: () => Promise.reject(new Error("out of order")) };
  const { app, logs } = await testServer({ scorer: scorer as never });
  await app.inject({ method: "POST", url: paths.predict, payload: { features: goodFeatures } });
  expect(logs.map(({ level }) => level)).toEqual(["error", "info"]);
  expect(misfits(logs)).toEqual([]);
  note(logs);
});

test("so are those of the process, from its start to its end", async () => {
  const lines = await processLines();
  expect(lines.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(["ready", "listening", "SIGTERM: draining", "drained"]),
  );
  expect(misfits(lines)).toEqual([]);
  note(lines);
});

test("a field is declared only if the server logs it; a request that hangs in the end is the one that no test waits for", () => {
  expect(Object.keys(fields).filter((name) => !seen.has(name))).toEqual(["inFlight"]);
});

test("no line holds personal data, whatever callers send as subject, features and ids", async () => {
  const { app, logs } = await testServer();
  const people = [
    "jane.doe@example.com",
    "+44 20 7946 0958",
    "4111 1111 1111 1111",
    "DE89370400440532013000",
    "219-09-9998",
    "192.0.2.17",
  ];
  for (const person of people) {
    const headers = {
      "content-type": "application/json",
      "x-request-id": person,
      "user-agent": person,
      "x-forwarded-for": "192.0.2.17",
    };
    const post = (url: string, payload: unknown) =>
      app.inject({ method: "POST", url, payload: JSON.stringify(payload), headers });
    await post(paths.predict, { features: goodFeatures, subject: person });
    await post(paths.predict, { features: { ...goodFeatures, [person]: person, obrat: person } });
    await post(paths.explain, { features: goodFeatures, subject: person });
    await app.inject(labelOf(person, { label: person, groups: { [person]: person } }, headers));
    await post(`${paths.predict}/${encodeURIComponent(person)}`, person);
  }
  note(logs);
  expect(logs.length).toBeGreaterThanOrEqual(4 * people.length);
  // What the process says of itself is among the lines: it listens at an address that is its own.
  const found = written
    .filter((line) => !String(line["msg"]).startsWith("Server listening at "))
    .filter((line) => kindsIn(JSON.stringify(line)).size > 0);
  expect(found).toEqual([]);
});
