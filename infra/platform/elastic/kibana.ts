import { namespaces } from "../../kubernetes/labels";
import { images, logLabels, logStoreName, stackVersion } from "./objects";
import { acrossZones, containerSecurity, podSecurity, resources } from "./pods";
import type { LogStoreSize } from "./sizes";

const kibanaLabels = { "kibana.k8s.elastic.co/name": logStoreName };

/** Kibana: TLS, sign-in with an account of Elasticsearch, and not a word to its makers. */
export function kibana({ kibanas }: LogStoreSize) {
  return {
    apiVersion: "kibana.k8s.elastic.co/v1",
    kind: "Kibana",
    metadata: {
      name: logStoreName,
      namespace: namespaces.observability,
      labels: logLabels("kibana"),
    },
    spec: {
      version: stackVersion,
      image: images.kibana,
      count: kibanas,
      elasticsearchRef: { name: logStoreName },
      http: { tls: { selfSignedCertificate: { disabled: false } } },
      config: {
        "telemetry.optIn": false,
        "telemetry.allowChangingOptInStatus": false,
        "newsfeed.enabled": false,
        "xpack.fleet.isAirGapped": true,
        // A forgotten window is no open door.
        "xpack.security.session.idleTimeout": "1h",
        "xpack.security.session.lifespan": "12h",
      },
      podTemplate: {
        metadata: { labels: logLabels("kibana") },
        spec: {
          serviceAccountName: "kibana",
          automountServiceAccountToken: false,
          securityContext: podSecurity,
          topologySpreadConstraints: [acrossZones("kibana.k8s.elastic.co/name", logStoreName)],
          containers: [
            {
              name: "kibana",
              securityContext: containerSecurity,
              resources: resources("200m", "1536Mi"),
            },
          ],
        },
      },
    },
  };
}

/** Nodes may go one after the other; only where a second Kibana stands in. */
export function kibanaBudget() {
  return {
    metadata: {
      name: `${logStoreName}-kibana`,
      namespace: namespaces.observability,
      labels: logLabels("kibana"),
    },
    spec: { maxUnavailable: 1, selector: { matchLabels: kibanaLabels } },
  };
}
