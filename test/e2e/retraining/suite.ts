import assert from "node:assert/strict";
import { webhook } from "../../../infra/kubernetes/retraining-webhook";
import { ensureTool } from "../../harness/toolchain/ensure";
import { TOOLS } from "../../harness/toolchain/pins";
import type { Suite, Test } from "../../harness/runner";
import { hear, type Heard } from "./alertmanager";
import { ask, ensureJudge, judgeTests } from "./judge";
import { lintTests } from "./lint";
import { eventObjects, variants } from "./manifests";
import { runTests } from "./runs";

/**
 * Retraining, judged by Argo's own code, started by the real Alertmanager, and carried out by the
 * commands of its steps. No cluster is needed.
 */
export async function retrainingSuite(): Promise<Suite> {
  const [argo, alertmanager, judge] = [
    await ensureTool(TOOLS.argo),
    await ensureTool(TOOLS.alertmanager),
    await ensureJudge(),
  ];
  // It mostly waits, so it does so beside the rest.
  const heard = {
    own: hear(alertmanager, "own"),
    all: hear(alertmanager, "all"),
    none: hear(alertmanager, "none"),
  };
  for (const each of Object.values(heard)) each.catch(() => undefined);
  const { tests, close } = await runTests();
  return {
    name: "retraining",
    tests: [
      ...lintTests(argo),
      ...judgeTests(judge),
      ...tests,
      ...alertTests(heard.own, judge),
      ...regionTests(heard, judge),
      { title: "nothing is left behind", run: close },
    ],
  };
}

function alertTests(heard: Promise<Heard>, judge: string): Test[] {
  return [
    {
      title:
        "Alertmanager, told again and again of two drift alerts of a model, asks the retraining once",
      run: async () => {
        const { posts, paths, sent } = await heard;
        assert.ok(sent > 10, `told ${sent} times`);
        assert.deepEqual(paths, [webhook.path]);
        const [post] = posts as {
          commonLabels: Record<string, string>;
          alerts: { labels: { alertname: string } }[];
        }[];
        assert.equal(post?.commonLabels["model"], "loan-approval");
        assert.deepEqual(post.alerts.map(({ labels }) => labels.alertname).sort(), [
          "CausewayFeatureDrift",
          "CausewayScoreDrift",
        ]);
      },
    },
    {
      title:
        "what Alertmanager posts makes the sensor start one run, with both alerts as its causes",
      run: async () => {
        const { posts, startsAt: began } = await heard;
        const { outcomes } = ask(judge, {
          ...eventObjects(variants["prod"] ?? assert.fail()),
          posts,
        });
        assert.deepEqual(
          outcomes.map(({ passed }) => passed),
          [true],
        );
        const causes = JSON.parse(
          outcomes[0]?.workflow?.spec.arguments.parameters[1]?.value ?? "",
        ) as { fingerprint: string; startsAt: string }[];
        assert.equal(new Set(causes.map(({ fingerprint }) => fingerprint)).size, 2);
        // Go leaves a zero at the end of a fraction of a second away.
        assert.deepEqual(
          [...new Set(causes.map(({ startsAt }) => Date.parse(startsAt)))],
          [Date.parse(began)],
        );
      },
    },
  ];
}

/**
 * The same drift in several regions: the home region's Alertmanager hears of it from its own
 * Prometheus and over all regions, the other's from its own.
 */
function regionTests(
  { all, none }: Readonly<Record<"all" | "none", Promise<Heard>>>,
  judge: string,
): Test[] {
  return [
    {
      title:
        "drift that two regions find starts one run, by the alert over all regions; the regions' own start none",
      run: async () => {
        const { posts } = await all;
        const asked = posts as { alerts: { labels: Record<string, string> }[] }[];
        assert.deepEqual(
          asked.map(({ alerts }) =>
            alerts
              .map(({ labels }) => `${labels["alertname"]} ${labels["cause"]} ${labels["region"]}`)
              .sort(),
          ),
          [
            [
              "CausewayRetrainingDue CausewayFeatureDrift undefined",
              "CausewayRetrainingDue CausewayScoreDrift undefined",
            ],
          ],
        );
        const { outcomes } = ask(judge, {
          ...eventObjects(variants["prod"] ?? assert.fail()),
          posts,
        });
        assert.deepEqual(
          outcomes.map(({ passed }) => passed),
          [true],
        );
      },
    },
    {
      title: "the Alertmanager of another region asks for no run",
      run: async () => assert.deepEqual((await none).posts, []),
    },
  ];
}
