import { beatType, elasticsearchType, kibanaType, settingsOf } from "../../elastic";
import { at, list } from "../../resources";
import { resourceRule, type ResourceView } from "../../rule";
import { shown, subject } from "../../kubernetes";

/** Settings that switch TLS, or the check of who answers, off. */
const weakening: Readonly<Record<string, unknown>> = {
  "xpack.security.http.ssl.enabled": false,
  "xpack.security.transport.ssl.enabled": false,
  "xpack.security.transport.ssl.verification_mode": "none",
  "server.ssl.enabled": false,
  "elasticsearch.ssl.verificationMode": "none",
  "output.elasticsearch.ssl.enabled": false,
  "output.elasticsearch.ssl.verification_mode": "none",
};

export const rule = resourceRule({
  name: "encryption-log-store-tls",
  area: "encryption",
  description: "Elasticsearch, Kibana and the log shipper must talk TLS and check who answers.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Leave http.tls to the operator's own certificate or name one, and drop the settings that weaken TLS.",
  url: "https://www.elastic.co/docs/deploy-manage/security/k8s-https-settings",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-09" },
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
  ],
  types: [elasticsearchType, kibanaType, beatType],
  check: (resource) => [
    ...(at(resource.props, "spec.http.tls.selfSignedCertificate.disabled") === true
      ? [`${subject(resource)} must not disable TLS in spec.http.tls.selfSignedCertificate`]
      : []),
    ...configs(resource).flatMap((config) =>
      [...settingsOf(config)].flatMap(([name, value]) => {
        if (name in weakening && weakening[name] === value)
          return [`${subject(resource)} must not set ${name} to ${shown(value)}`];
        return plainHosts(name, value).map(
          (host) => `${subject(resource)} must reach ${name} by https, got ${shown(host)}`,
        );
      }),
    ),
  ],
});

/** Addresses of a setting that are not by https; one without a scheme is Elastic's to complete. */
function plainHosts(name: string, value: unknown): unknown[] {
  if (name.startsWith("s3.client.") && name.endsWith(".endpoint"))
    return typeof value === "string" && value.startsWith("https://") ? [] : [value];
  return name.endsWith("hosts")
    ? [value].flat().filter((host) => typeof host === "string" && host.startsWith("http://"))
    : [];
}

/** The program's own settings: of each set of nodes, or of the whole. */
function configs({ props }: ResourceView): unknown[] {
  return [
    ...list(props, "spec.nodeSets").map((set) => at(set, "config")),
    at(props, "spec.config"),
  ];
}
