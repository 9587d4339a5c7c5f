import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  alertmanagerConfig,
  type RetrainingRoute,
} from "../../../infra/observability/alertmanager";
import { retrainingAlert } from "../../../infra/observability/all-regions";
import { webhook } from "../../../infra/kubernetes/retraining-webhook";
import { freePort } from "../../harness/cluster/controlPlane";
import { startDaemon } from "../../harness/lib/process";
import { alertRules } from "../../infra/observability/fixture";
import { eventually } from "../expectations";
import { runbookBase } from "../../support/runbooks";

/**
 * Alertmanager waits a minute for more alerts of a model; then a quarter of a minute shows that it
 * does not ask twice.
 */
const watchedSeconds = 80;
const resendSeconds = 5;

/**
 * Alerts as Prometheus sends them, with the labels that the program's own rules give them: two that
 * training may cure, two that it cannot.
 */
function alertsOf(names: readonly string[], startsAt: string): object[] {
  return names.map((name) => {
    const rule =
      alertRules().find(({ alert }) => alert === name) ?? assert.fail(`no alert ${name}`);
    return {
      labels: { alertname: name, region: "local", ...rule.labels },
      annotations: rule.annotations,
      startsAt,
      generatorURL: "http://prometheus.example.com",
    };
  });
}

/** What Grafana makes of the drift that two regions found. */
function alertsOverAllRegions(startsAt: string): object[] {
  const { alert, labels, annotations } = retrainingAlert(runbookBase);
  return ["CausewayScoreDrift", "CausewayFeatureDrift"].map((cause) => ({
    labels: {
      alertname: alert,
      grafana_folder: "Causeway",
      model: "loan-approval",
      cause,
      ...labels,
    },
    annotations,
    startsAt,
    endsAt: new Date(Date.now() + 240_000).toISOString(),
  }));
}

const ownAlerts = (startsAt: string) =>
  alertsOf(
    ["CausewayScoreDrift", "CausewayFeatureDrift", "CausewaySaturated", "CausewayLabelsMissing"],
    startsAt,
  );

/**
 * What Alertmanager is told in each case: by the Prometheus of its region, and in the home region
 * of several by Grafana too.
 */
const told = {
  own: ownAlerts,
  all: (startsAt) => [...ownAlerts(startsAt), ...alertsOverAllRegions(startsAt)],
  none: ownAlerts,
} as const satisfies Record<RetrainingRoute, (startsAt: string) => object[]>;

/** What the webhook of the retraining got. */
export interface Heard {
  readonly posts: readonly object[];
  readonly paths: readonly string[];
  /** Since when the alerts fire. */
  readonly startsAt: string;
  /** How often Alertmanager was told. */
  readonly sent: number;
}

/**
 * Runs the real Alertmanager with the program's own configuration, its webhook on a loopback
 * address, and tells it of alerts that fire, again and again as Prometheus does.
 */
export async function hear(alertmanager: string, retrainingRoute: RetrainingRoute): Promise<Heard> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-alertmanager-"));
  const posts: object[] = [];
  const paths: string[] = [];
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      paths.push(request.url ?? "");
      posts.push(JSON.parse(Buffer.concat(chunks).toString()) as object);
      response.end("success");
    });
  });
  const [listening, port] = [await freePort(), await freePort()];
  await new Promise<void>((resolve) => receiver.listen(listening, "127.0.0.1", resolve));
  const file = join(folder, "alertmanager.yaml");
  await writeFile(
    file,
    JSON.stringify(
      alertmanagerConfig({
        peopleFolder: undefined,
        retrainingRoute,
        retrainingUrl: `http://127.0.0.1:${listening}${webhook.path}`,
      }),
    ),
  );
  const daemon = startDaemon(
    "alertmanager",
    alertmanager,
    [
      `--config.file=${file}`,
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    join(folder, "log"),
  );
  try {
    const api = `http://127.0.0.1:${port}`;
    await eventually(
      "the readiness of Alertmanager",
      () =>
        fetch(`${api}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        ),
      30_000,
    );
    // Alerts that have fired for longer than Alertmanager waits for more are passed on at once,
    // each by itself.
    const startsAt = new Date().toISOString();
    let sent = 0;
    for (
      const end = Date.now() + watchedSeconds * 1_000;
      Date.now() < end;
      await sleep(resendSeconds * 1_000)
    ) {
      const answer = await fetch(`${api}/api/v2/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(told[retrainingRoute](startsAt)),
      });
      assert.equal(answer.status, 200, await answer.text());
      sent += 1;
    }
    return { posts, paths, startsAt, sent };
  } finally {
    await daemon.stop();
    receiver.close();
    await rm(folder, { recursive: true, force: true });
  }
}
