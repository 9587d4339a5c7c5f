import { indexTemplate } from "./index-templates";
import {
  lifecyclePolicy,
  predictionRolloverDays,
  snapshotPolicy,
  snapshotRepository,
  type SnapshotLocation,
} from "./lifecycle";
import { policies, repositoryName, streams, type Stream } from "./objects";
import { savedObjects } from "./saved-searches";
import type { LogStoreSize } from "./sizes";

/** One request to Elasticsearch. */
export interface SettingsRequest {
  /** Name of the file that holds the body. */
  readonly file: string;
  readonly method: "PUT";
  readonly path: string;
  readonly body: object;
}

/** What the log store is told. */
export interface LogSettings {
  readonly size: LogStoreSize;
  /** Days that prediction logs are kept. */
  readonly predictionDays: number;
  /** @default no snapshots */
  readonly snapshots?: SnapshotLocation | undefined;
}

const streamNames = Object.keys(streams).filter((name): name is Stream => name in streams);

/**
 * Everything that Elasticsearch must be told, in the order in which one thing names another. Each
 * can be sent again.
 */
export function settingsRequests({
  size,
  predictionDays,
  snapshots,
}: LogSettings): SettingsRequest[] {
  const put = (file: string, path: string, body: object): SettingsRequest => ({
    file: `${file}.json`,
    method: "PUT",
    path,
    body,
  });
  const backed = snapshots !== undefined;
  const copies = size.nodes > 1 ? 1 : 0;
  return [
    ...(snapshots
      ? [
          put("repository", `/_snapshot/${repositoryName}`, snapshotRepository(snapshots)),
          put("snapshots", `/_slm/policy/${policies.snapshots}`, snapshotPolicy()),
        ]
      : []),
    put(
      "lifecycle-predictions",
      `/_ilm/policy/${policies.predictions}`,
      lifecyclePolicy(predictionDays, predictionRolloverDays, backed),
    ),
    // As long as the predictions, and never in a snapshot for which it would have to wait.
    put(
      "lifecycle-subjects",
      `/_ilm/policy/${policies.subjects}`,
      lifecyclePolicy(predictionDays, predictionRolloverDays, false),
    ),
    put(
      "lifecycle-other",
      `/_ilm/policy/${policies.other}`,
      lifecyclePolicy(size.otherDays, size.otherRolloverDays, false),
    ),
    ...streamNames.map((stream) =>
      put(
        `template-${stream}`,
        `/_index_template/${streams[stream]}`,
        indexTemplate(stream, copies),
      ),
    ),
  ];
}

/** Name of the file that lists the requests, and of the file that Kibana imports. */
export const settingsFiles = {
  requests: "requests",
  savedObjects: "saved-objects.ndjson",
  script: "apply.sh",
} as const;

/**
 * The files of the ConfigMap: the list of requests (method, path, file), their bodies, Kibana's
 * saved objects, and the script that sends them.
 */
export function settingsData(settings: LogSettings): Record<string, string> {
  const requests = settingsRequests(settings);
  return {
    [settingsFiles.requests]: requests
      .map(({ method, path, file }) => `${method} ${path} ${file}\n`)
      .join(""),
    ...Object.fromEntries(requests.map(({ file, body }) => [file, JSON.stringify(body)])),
    [settingsFiles.savedObjects]: savedObjects(),
    [settingsFiles.script]: applyScript,
  };
}

/**
 * Sends every request and ends with the first that is refused; the Job then tries again from the
 * start. The password goes to curl through its standard input, so that no list of processes shows
 * it.
 */
const applyScript = `#!/bin/bash
set -euo pipefail
ask() {
  printf 'user = "%s:%s"\\n' "$ACCOUNT" "$(cat "$PASSWORD_FILE")" | curl --config - --silent --show-error --fail-with-body --max-time 120 "$@" && echo
}
until ask --cacert "$ELASTICSEARCH_CA" "$ELASTICSEARCH_URL/_cluster/health?wait_for_status=yellow&timeout=60s"; do
  echo "Elasticsearch is not ready yet"
  sleep "$PAUSE_SECONDS"
done
while read -r method path file; do
  echo "$method $path"
  ask --cacert "$ELASTICSEARCH_CA" --request "$method" --header 'content-type: application/json' --data-binary "@$SETTINGS_FOLDER/$file" "$ELASTICSEARCH_URL$path"
done < "$SETTINGS_FOLDER/${settingsFiles.requests}"
until ask --cacert "$KIBANA_CA" "$KIBANA_URL/api/status" > /dev/null; do
  echo "Kibana is not ready yet"
  sleep "$PAUSE_SECONDS"
done
echo "saved searches"
imported=$(ask --cacert "$KIBANA_CA" --request POST --header 'kbn-xsrf: true' --form "file=@$SETTINGS_FOLDER/${settingsFiles.savedObjects}" "$KIBANA_URL/api/saved_objects/_import?overwrite=true")
echo "$imported"
# Kibana answers 200 also when it took only some of them.
case "$imported" in *'"success":true'*) ;; *) exit 1 ;; esac
`;
