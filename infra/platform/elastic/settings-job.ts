import { sha256 } from "../../../services/contract/digests";
import { namespaces } from "../../kubernetes/labels";
import { accountSecret } from "./accounts";
import { derived, images, logLabels, settingsLabel, settingsName } from "./objects";
import { containerSecurity, podSecurity, resources } from "./pods";
import { settingsData, settingsFiles, type LogSettings } from "./settings";

const folders = {
  settings: "/settings",
  account: "/account",
  elasticsearch: "/certificates/elasticsearch",
  kibana: "/certificates/kibana",
} as const;

/** The ConfigMap with everything that the log store is told. */
export function settingsMap(settings: LogSettings) {
  return {
    metadata: {
      name: settingsName,
      namespace: namespaces.observability,
      labels: { ...logLabels(settingsName), ...settingsLabel },
    },
    data: settingsData(settings),
  };
}

/**
 * The Job that tells it. Another content is another Job, by its name; the image is Elasticsearch's
 * own, which has curl because its operator's hooks need it, and which every node with Elasticsearch
 * already holds.
 */
export function settingsJob(settings: LogSettings) {
  const content = sha256(JSON.stringify(settingsData(settings))).slice(0, 10);
  return {
    metadata: {
      name: `${settingsName}-${content}`,
      namespace: namespaces.observability,
      labels: logLabels(settingsName),
    },
    spec: {
      backoffLimit: 6,
      // The first start of three nodes, with images to pull and volumes to make, takes minutes.
      activeDeadlineSeconds: 1_800,
      template: { metadata: { labels: logLabels(settingsName) }, spec: podSpec() },
    },
  };
}

function podSpec() {
  const mount = (name: keyof typeof folders) => ({
    name,
    mountPath: folders[name],
    readOnly: true,
  });
  return {
    restartPolicy: "OnFailure",
    serviceAccountName: settingsName,
    automountServiceAccountToken: false,
    securityContext: podSecurity,
    containers: [
      {
        name: "settings",
        image: images.elasticsearch,
        command: ["/bin/bash", `${folders.settings}/${settingsFiles.script}`],
        env: Object.entries(environment).map(([name, value]) => ({ name, value })),
        securityContext: containerSecurity,
        resources: resources("50m", "64Mi"),
        volumeMounts: [
          mount("settings"),
          mount("account"),
          mount("elasticsearch"),
          mount("kibana"),
        ],
      },
    ],
    volumes: volumes(),
  };
}

function volumes() {
  return [
    { name: "settings", configMap: { name: settingsName } },
    {
      name: "account",
      secret: {
        secretName: accountSecret(settingsName),
        items: [{ key: "password", path: "password" }],
      },
    },
    // The operator makes these; the pod waits for them.
    {
      name: "elasticsearch",
      secret: {
        secretName: derived.elasticsearchCertificates,
        items: [{ key: "ca.crt", path: "ca.crt" }],
      },
    },
    {
      name: "kibana",
      secret: {
        secretName: derived.kibanaCertificates,
        items: [{ key: "ca.crt", path: "ca.crt" }],
      },
    },
  ];
}

const environment = {
  ACCOUNT: settingsName,
  PASSWORD_FILE: `${folders.account}/password`,
  SETTINGS_FOLDER: folders.settings,
  ELASTICSEARCH_URL: derived.elasticsearchUrl,
  ELASTICSEARCH_CA: `${folders.elasticsearch}/ca.crt`,
  KIBANA_URL: derived.kibanaUrl,
  KIBANA_CA: `${folders.kibana}/ca.crt`,
  PAUSE_SECONDS: "5",
} as const;
