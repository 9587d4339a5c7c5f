import assert from "node:assert/strict";
import { savedSearches } from "../../../infra/platform/elastic/saved-searches";
import { streams } from "../../../infra/platform/elastic/objects";
import { logFields, subjectMessage } from "../../../services/contract/log-fields";
import { queryFrom } from "../../harness/logs/kql";
import { marked, sentNames } from "../../harness/logs/model-servers";
import { objectIn, streamOf } from "./arrival";
import type { World, Written } from "./world";

interface Mapping {
  readonly type?: string;
  readonly dynamic?: string;
  readonly properties?: Readonly<Record<string, Mapping>>;
}

type Line = Readonly<Record<string, unknown>>;

/** The mappings are the declared ones and have not grown. */
export async function declaredTypes(world: World): Promise<void> {
  for (const stream of [streams.predictions, streams.subjects]) {
    for (const { mappings } of Object.values(
      (await world.search.ask("GET", `/${stream}/_mapping`)) as Record<
        string,
        { mappings: Mapping }
      >,
    )) {
      const { dynamic, properties = {} } = mappings.properties?.["causeway"] ?? {};
      assert.equal(dynamic, "false");
      const types = Object.fromEntries(
        Object.entries(logFields).map(([name, type]) => [
          name,
          type === "text" ? "match_only_text" : type,
        ]),
      );
      assert.deepEqual(
        Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, type])),
        types,
      );
    }
  }
}

/**
 * Every value of a declared field is indexed: a search by the field finds as many lines as have it,
 * and no value was left out.
 */
export async function everyValueIndexed(world: World): Promise<void> {
  const objects = world.written
    .filter(({ namespace, container }) => namespace === "causeway-models" && container === "server")
    .flatMap(({ text }): Line[] => [objectIn(text) ?? {}]);
  const indices = `${streams.predictions},${streams.subjects}`;
  const names = Object.keys(logFields);
  const wanted = Object.fromEntries(
    names.map((name) => [name, objects.filter((object) => object[name] !== undefined).length]),
  );
  const got = Object.fromEntries(
    await Promise.all(
      names.map(
        async (name) =>
          [name, await world.count({ exists: { field: `causeway.${name}` } }, indices)] as const,
      ),
    ),
  );
  assert.deepEqual(got, wanted);
  assert.ok(
    Object.values(wanted).filter((count) => count > 0).length >= 18,
    JSON.stringify(wanted),
  );
  assert.equal(await world.count({ exists: { field: "_ignored" } }), 0);
  // As numbers and times, not as texts.
  const slow = objects.filter(
    ({ milliseconds }) => typeof milliseconds === "number" && milliseconds >= 1,
  ).length;
  assert.equal(
    await world.count({ range: { "causeway.milliseconds": { gte: 1 } } }, indices),
    slow,
  );
  assert.equal(
    await world.count({ range: { "causeway.time": { gte: "now-1h" } } }, indices),
    wanted["time"],
  );
}

/** Lines that name a subject are in their stream and nowhere else, and all of them are. */
export async function subjectsApart(world: World): Promise<void> {
  const stored = await world.stored();
  const pseudonymous = /k\d+\.[0-9a-f]{32}/;
  const names = stored.filter(({ line }) => pseudonymous.test(JSON.stringify(line)));
  const wanted = world.written.filter(({ text }) => objectIn(text)?.["msg"] === subjectMessage);
  assert.equal(names.length, wanted.length);
  assert.ok(wanted.length > 600, `${wanted.length} lines name a subject`);
  assert.deepEqual(
    [...new Set(names.map(({ index }) => /^\.ds-causeway-subjects-\d+$/.test(index)))],
    [true],
  );
  assert.equal(await world.count(undefined, streams.subjects), wanted.length);
}

/** Nothing that was sent of a person is in any line, whether it is indexed or not. */
export async function nothingOfAPerson(world: World): Promise<void> {
  const lines = (await world.stored("*")).map(({ line }) => JSON.stringify(line));
  for (const applicant of world.applicants)
    assert.equal(
      lines.find(
        (line) => line.includes(applicant) || line.includes(applicant.split("@")[0] ?? ""),
      ),
      undefined,
      applicant,
    );
  assert.equal(
    lines.find((line) => marked.test(line)),
    undefined,
  );
  for (const name of sentNames)
    assert.equal(
      lines.find((line) => line.includes(name)),
      undefined,
      name,
    );
  assert.ok(lines.length > 1_000, `${lines.length} lines were searched`);
}

const words = (text: unknown) =>
  String(text ?? "")
    .toLowerCase()
    .split(/\W+/);
const request = ({ msg }: Line) => words(msg).includes("request");

/** What each saved search promises, said of a line as it was written. */
const promises: Readonly<Record<string, (line: Line, text: string) => boolean>> = {
  "causeway-prediction": (line) =>
    request(line) && (line["operation"] === "predict" || line["operation"] === "infer"),
  "causeway-subject": ({ msg }) => words(msg).includes("subject"),
  "causeway-refused": (line) => request(line) && Number(line["status"]) >= 400,
  "causeway-failures": (line) =>
    line["level"] === "error" || line["level"] === "fatal" || line["msg"] === undefined,
  "causeway-releases": ({ msg }) =>
    ["ready", "listening", "drained"].some((word) => words(msg).includes(word)),
  "causeway-slow": (line) => request(line) && Number(line["milliseconds"]) >= 100,
  "causeway-training-runs": () => true,
  "causeway-platform-errors": (_, text) =>
    ["error", "fatal", "panic", "denied"].some((word) => words(text).includes(word)),
};

/** Each saved search finds what it promises and nothing else: how many lines, by its id. */
export async function searchesKeepTheirPromise(world: World): Promise<Record<string, number>> {
  const results: Record<string, number> = {};
  for (const { id, stream, query } of savedSearches) {
    const promise = promises[id] ?? assert.fail(`nothing is said of the search ${id}`);
    const keeps = (line: Written) =>
      streamOf(line) === streams[stream] && promise(objectIn(line.text) ?? {}, line.text);
    results[id] = await world.count(queryFrom(query), streams[stream]);
    assert.equal(results[id], world.written.filter(keeps).length, id);
  }
  return results;
}
