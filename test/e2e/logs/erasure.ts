import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  eraserName,
  repositoryName,
  restoredPrefix,
  streams,
} from "../../../infra/platform/elastic/objects";
import { snapshotPolicy } from "../../../infra/platform/elastic/lifecycle";
import { snapshotFolder } from "../../harness/logs/search-server";
import { SAMPLE } from "../../harness/delivery/platform";
import { answerSchema } from "../../../services/delivery/erasure";
import { recordErasure } from "../../../services/delivery/record-erasure";
import { erasing } from "../../support/erasing";
import { openLedger } from "../../../services/delivery/ledger-location";
import { modelsFolder } from "../../harness/fixtures";
import { eventually } from "../expectations";
import { everyLineOnce } from "./arrival";
import type { World } from "./world";

/** Everything that the store can show, restored copies too. */
const everywhere = `${Object.values(streams).join(",")},${restoredPrefix}*`;
const subjects = (names: readonly string[]) => ({ terms: { "causeway.subject": names } });

/** A new index begins, and the old one is read-only, as the lifecycle does it after 30 days. */
export async function nextIndex(world: World): Promise<void> {
  const { old_index: old } = (await world.search.ask("POST", `/${streams.subjects}/_rollover`)) as {
    old_index: string;
  };
  await world.search.ask("PUT", `/${old}/_settings`, { "index.blocks.write": true });
}

/**
 * Lines of the server of before subjects had lines of their own, taken into a snapshot and restored
 * beside the live stream.
 */
export async function restoredCopy(world: World): Promise<void> {
  for (const [n, applicant] of world.applicants.slice(0, 20).entries()) {
    world.write(
      world.logs.old,
      JSON.stringify({
        level: "info",
        time: new Date().toISOString(),
        model: SAMPLE,
        version: "0.9.0",
        requestId: `old-${n}`,
        operation: "predict",
        status: 200,
        code: "ok",
        milliseconds: 1.5,
        subject: world.names(applicant).at(-1),
        predictionId: `0.9.0~${n}`,
        rows: 1,
        msg: "request",
      }),
    );
  }
  await everyLineOnce(world);
  const folder = join(world.search.folder, snapshotFolder);
  await mkdir(folder, { recursive: true });
  await world.search.ask("PUT", `/_snapshot/${repositoryName}`, {
    type: "fs",
    settings: { location: folder, compress: true },
  });
  const config = Object.fromEntries(
    Object.entries(snapshotPolicy().config).filter(([name]) => name !== "feature_states"),
  );
  await world.search.ask(
    "PUT",
    `/_snapshot/${repositoryName}/logs-1?wait_for_completion=true`,
    config,
  );
  // As docs/logs.md says it.
  await world.search.ask(
    "POST",
    `/_snapshot/${repositoryName}/logs-1/_restore?wait_for_completion=true`,
    {
      indices: streams.predictions,
      include_global_state: false,
      include_aliases: false,
      rename_pattern: "(.+)",
      rename_replacement: `${restoredPrefix}$1`,
      ignore_index_settings: ["index.lifecycle.name"],
    },
  );
  assert.equal(
    await world.count(undefined, `${restoredPrefix}${streams.predictions}`),
    await world.count(undefined, streams.predictions),
  );
  assert.equal(
    await world.count(undefined, `${restoredPrefix}*`),
    await world.count(undefined, streams.predictions),
    "subjects are in no snapshot",
  );
}

/** Column of the data source that holds the identifiers of subjects. */
const subjectColumn = "applicant";

/** The sample's contract, but for a data source whose rows name their subjects. */
async function contractWithSubjects(world: World): Promise<string> {
  const sample = join(modelsFolder, SAMPLE);
  const text = await readFile(join(sample, "model.yaml"), "utf8");
  const file = join(world.folder, "model.yaml");
  await copyFile(join(sample, "impact-assessment.md"), join(world.folder, "impact-assessment.md"));
  await writeFile(
    file,
    text.replace(
      /^data:\n {2}source: .*$/m,
      `data:\n  source: csv\n  subjectColumn: ${subjectColumn}`,
    ),
  );
  return file;
}

/**
 * The steps of the workflow that look into the store: what they say of it, and the exit code. They
 * are given the name of today; the subject's row in the data source leads to that of before the key
 * was rotated.
 */
async function steps(
  world: World,
  applicant: string,
  command: "find" | "erase",
): Promise<{ readonly code: number; readonly lines: number | null }> {
  const data = join(world.folder, "data");
  await mkdir(data, { recursive: true });
  await writeFile(join(data, "source.csv"), `${subjectColumn},income\n${applicant},4000\n`);
  process.env["LOGS_ACCOUNT"] = eraserName;
  process.env["LOGS_PASSWORD"] = world.passwords[eraserName];
  const [pseudonym = ""] = world.names(applicant);
  try {
    const answer = await erasing(command, {
      contract: await contractWithSubjects(world),
      pseudonym,
      ring: world.ringFile,
      at: [data],
      logs: world.front,
    });
    const { logLines: lines } = answerSchema.parse(JSON.parse(answer));
    if (command === "find") return { code: 0, lines };
    const code = await recordErasure(
      [
        `--answer=${answer}`,
        `--pseudonym=${pseudonym}`,
        "--reason=asked for by the subject, case 17",
        `--ledger=${join(world.folder, "ledger.jsonl")}`,
        "--actor=causeway-erase",
        `--run=${randomUUID()}`,
      ],
      modelsFolder,
    );
    return { code, lines };
  } finally {
    delete process.env["LOGS_ACCOUNT"];
    delete process.env["LOGS_PASSWORD"];
  }
}

/**
 * Files of the store that hold one of the names as it is: terms of an index and what was not yet
 * written to one; texts of lines are packed in them.
 */
function filesWith(folder: string, names: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => {
      const data = readFileSync(file);
      return names.some((name) => data.includes(name));
    });
}

/** Lines that are deleted and still lie in a segment. */
async function deletedInSegments(world: World): Promise<number> {
  const {
    _all: { total },
  } = (await world.search.ask("GET", `/${everywhere}/_stats/docs`)) as {
    _all: { total: { docs: { deleted: number } } };
  };
  return total.docs.deleted;
}

/**
 * One subject goes from the live index, the read-only one, an old one and its restored copy; every
 * other line stays.
 */
export async function erased(world: World, applicant: string): Promise<string> {
  const names = world.names(applicant);
  const others = { bool: { must_not: [subjects(names)] } };
  const [lines, kept] = [
    await world.count(subjects(names), everywhere),
    await world.count(others, everywhere),
  ];
  const byIndex = (await world.search.ask("POST", `/${everywhere}/_search?size=0`, {
    query: subjects(names),
    aggs: { indices: { terms: { field: "_index" } } },
  })) as { aggregations: { indices: { buckets: { key: string; doc_count: number }[] } } };
  assert.equal(
    byIndex.aggregations.indices.buckets.length,
    4,
    JSON.stringify(byIndex.aggregations),
  );
  const blocked = await blocks(world);
  assert.deepEqual(await steps(world, applicant, "find"), { code: 0, lines });
  assert.deepEqual(await steps(world, applicant, "erase"), { code: 0, lines });
  assert.equal(await world.count(subjects(names), everywhere), 0);
  assert.equal(await world.count(others, everywhere), kept);
  assert.deepEqual(await blocks(world), blocked);
  assert.equal(Object.keys(blocked).length, 1);
  assert.deepEqual(
    { segments: await deletedInSegments(world), files: filesWith(world.search.data, names) },
    { segments: 0, files: [] },
  );
  const [entry] = (await (await openLedger(join(world.folder, "ledger.jsonl"))).entries()).slice(
    -1,
  );
  assert.equal(entry?.action, "erase", JSON.stringify(entry));
  return `${lines} lines in 4 indices, ${kept} others stay`;
}

/**
 * A shipper in another's place goes on from where that one was: a line that comes after arrives,
 * and none that was erased.
 */
export async function inAnothersPlace(world: World, applicant: string): Promise<string> {
  const names = world.names(applicant);
  await world.shipper.stop();
  world.shipper.start();
  const before = await world.count();
  world.write(
    world.logs.sidecar,
    JSON.stringify({
      level: "info",
      time: new Date().toISOString(),
      msg: "after the shipper was replaced",
    }),
  );
  await eventually(
    "the line after the shipper was replaced",
    async () => (await world.count()) === before + 1,
  );
  assert.equal(await world.count(subjects(names), everywhere), 0);
  return `${before} lines, and the one that came after`;
}

/**
 * What the node still has comes back when a shipper of which the node's disk knows nothing reads it
 * again; it is found, and the next erasure takes it. Lines of an index that has ended come a second
 * time as well, for ids are those of one index.
 */
export async function backFromTheNode(world: World, applicant: string): Promise<string> {
  const names = world.names(applicant);
  const onNode = world.written.filter(({ text }) =>
    names.some((name) => text.includes(name)),
  ).length;
  await world.shipper.stop();
  world.shipper.forget();
  world.shipper.start();
  await eventually(
    "the erased lines that the node still has",
    async () => (await world.count(subjects(names), everywhere)) === onNode,
  );
  assert.deepEqual(await steps(world, applicant, "erase"), { code: 0, lines: onNode });
  assert.equal(await world.count(subjects(names), everywhere), 0);
  return `${onNode} erased lines came back from the node, and went again`;
}

async function blocks(world: World): Promise<Record<string, unknown>> {
  const settings = (await world.search.ask(
    "GET",
    "/.ds-causeway-*/_settings/index.blocks.write?flat_settings=true&expand_wildcards=all",
  )) as Record<string, { settings: Record<string, unknown> }>;
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([, { settings: own }]) => own["index.blocks.write"] !== undefined)
      .map(([index, { settings: own }]) => [index, own["index.blocks.write"]]),
  );
}
