import assert from "node:assert/strict";
import { say } from "../../harness/lib/text";
import { missingForSearch } from "../../harness/logs/search-server";
import {
  elasticsearchAlone,
  isTemplate,
  programRequests,
  refusals,
  templateForStandIn,
} from "../../harness/logs/settings";
import type { Suite, Test } from "../../harness/runner";
import { asked, before, forgotten, killed, whileItRuns } from "./arrival";
import { backFromTheNode, erased, inAnothersPlace, nextIndex, restoredCopy } from "./erasure";
import {
  declaredTypes,
  everyValueIndexed,
  nothingOfAPerson,
  searchesKeepTheirPromise,
  subjectsApart,
} from "./fields";
import { World } from "./world";

/**
 * The way of a log line, from the real model server by the real Filebeat into a real search server,
 * and out of it again.
 */
export async function logSuite(): Promise<Suite> {
  const missing = await missingForSearch();
  if (missing !== undefined)
    return {
      name: "logs",
      tests: [
        {
          title: "lines of the model server reach the log store and can be erased",
          skip: missing,
          run: () => Promise.resolve(),
        },
      ],
    };
  const world = await World.open();
  const tests = [...settingsTests(world), ...arrivalTests(world), ...erasureTests(world)].map(
    (test) => ({ ...test, run: () => test.run().catch((error: unknown) => world.keep(error)) }),
  );
  return {
    name: "logs",
    tests: [...tests, { title: "nothing is left behind", run: () => world.close() }],
  };
}

function settingsTests(world: World): Test[] {
  return [
    {
      title:
        "of the program's settings the stand-in refuses what Elasticsearch alone has, and nothing else",
      run: async () => {
        const said = await refusals(world.search);
        for (const request of programRequests()) {
          if (!isTemplate(request))
            assert.match(
              said[request.path] ?? "",
              /no handler found for uri|repository type \[s3\] does not exist/,
              request.path,
            );
          else
            assert.match(
              said[request.path] ?? "",
              new RegExp(`unknown field \\[${elasticsearchAlone.fields[0]}\\]`),
              request.path,
            );
          if (isTemplate(request))
            for (const setting of elasticsearchAlone.settings) {
              const without = {
                ...elasticsearchAlone,
                settings: elasticsearchAlone.settings.filter((name) => name !== setting),
              };
              const { answer } = await world.search.send(
                request.method,
                request.path,
                templateForStandIn(request.body, without),
              );
              assert.match(JSON.stringify(answer), new RegExp(`unknown setting \\[${setting}\\]`));
            }
        }
        await world.putTemplates();
      },
    },
  ];
}

function arrivalTests(world: World): Test[] {
  return [
    {
      title:
        "Filebeat takes the program's configuration, and every line that was there before it arrives once, whole and in its stream",
      run: () => before(world),
    },
    { title: "so do lines before and after a file is full", run: () => whileItRuns(world) },
    {
      title: "so do lines of a file that is full while the shipper is away, asked to go",
      run: () => asked(world),
    },
    {
      title:
        "a new shipper that knows nothing of what was sent sends it again, and it is stored once",
      run: () => forgotten(world),
    },
    {
      title:
        "after a shipper that is killed while it sends every line is there once, in the next index of the subjects too",
      run: async () => {
        await nextIndex(world);
        await killed(world);
      },
    },
    {
      title: "the mappings are the declared types and have not grown",
      run: () => declaredTypes(world),
    },
    {
      title: "every value of every declared field is indexed as its type",
      run: () => everyValueIndexed(world),
    },
    {
      title: "lines that name a subject are in their stream, all of them, and nowhere else",
      run: () => subjectsApart(world),
    },
    {
      title: "no identifier and no feature that was sent is in any line",
      run: () => nothingOfAPerson(world),
    },
    {
      title: "every saved search finds what it promises",
      run: async () => say(`        ${JSON.stringify(await searchesKeepTheirPromise(world))}`),
    },
  ];
}

function erasureTests(world: World): Test[] {
  return [
    {
      title:
        "a snapshot of the copied streams is restored beside them, with the lines of before subjects had a stream",
      run: () => restoredCopy(world),
    },
    {
      title:
        "one subject's lines go from the live index, the read-only one, an old one and the restored one, out of every file; all others stay",
      run: async () => say(`        ${await erased(world, world.applicants[3] ?? "")}`),
    },
    {
      title: "a shipper in another's place brings nothing back that was erased",
      run: async () => say(`        ${await inAnothersPlace(world, world.applicants[3] ?? "")}`),
    },
    {
      title:
        "a new shipper that knows nothing of what was sent brings back what the node still has, and the next erasure takes it",
      run: async () => say(`        ${await backFromTheNode(world, world.applicants[3] ?? "")}`),
    },
  ];
}
