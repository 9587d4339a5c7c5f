import { kibana } from "../../../infra/platform/elastic/kibana";
import { shipper } from "../../../infra/platform/elastic/shipper";
import { sizes } from "../../../infra/platform/elastic/sizes";
import { beatType, elasticsearchType, kibanaType } from "../../../policies/elastic";
import { rule as anonymous } from "../../../policies/rules/access/log-store-anonymous";
import { rule as superuser } from "../../../policies/rules/access/log-store-superuser";
import { rule as tls } from "../../../policies/rules/encryption/log-store-tls";
import { rule as volumes } from "../../../policies/rules/encryption/log-store-volumes";
import { rule as nodes } from "../../../policies/rules/reliability/log-store-nodes";
import { rule as hostPath } from "../../../policies/rules/workloads/pod-host-path";
import { rule as imageDigest } from "../../../policies/rules/workloads/pod-image-digest";
import { rule as nonRoot } from "../../../policies/rules/workloads/pod-run-as-non-root";
import { rule as rootUser } from "../../../policies/rules/workloads/pod-run-as-user";
import { ruleSuite, set, unset, type Props } from "../../support/rule-suite";
import { plain, store } from "./log-store-fixture";

const window = plain(kibana(sizes.prod));
const beat = plain(shipper());

ruleSuite(tls, {
  type: elasticsearchType,
  good: store,
  deviations: {
    "plain HTTP": (props) => ({
      deviant: set(props, "spec.http.tls.selfSignedCertificate.disabled", true),
      message: /^Elasticsearch "logs" must not disable TLS in spec.http.tls.selfSignedCertificate$/,
    }),
    "TLS off for callers": (props) =>
      set(props, "spec.nodeSets.0.config", { "xpack.security.http.ssl.enabled": false }),
    "TLS off between nodes, in nested settings": (props) => ({
      deviant: set(props, "spec.nodeSets.0.config", {
        xpack: { security: { "transport.ssl": { enabled: false } } },
      }),
      message: /must not set xpack.security.transport.ssl.enabled to false$/,
    }),
  },
});

ruleSuite(tls, {
  type: kibanaType,
  good: window,
  deviations: {
    "plain HTTP": (props) => set(props, "spec.http.tls.selfSignedCertificate.disabled", true),
    "any certificate of Elasticsearch's": (props) =>
      set(props, "spec.config", { "elasticsearch.ssl.verificationMode": "none" }),
  },
});

ruleSuite(tls, {
  type: beatType,
  good: beat,
  deviations: {
    "any certificate": (props) =>
      set(props, "spec.config", {
        output: { elasticsearch: { ssl: { verification_mode: "none" } } },
      }),
    "plain HTTP": (props) => ({
      deviant: set(props, "spec.config", {
        "output.elasticsearch": { hosts: ["http://logs:9200"] },
      }),
      message: /must reach output.elasticsearch.hosts by https, got "http:\/\/logs:9200"$/,
    }),
  },
});

ruleSuite(volumes, {
  type: elasticsearchType,
  good: store,
  deviations: {
    "another class": (props) => ({
      deviant: set(props, "spec.nodeSets.0.volumeClaimTemplates.0.spec.storageClassName", "gp2"),
      message:
        /^node set "default" of Elasticsearch "logs" must use a storage class out of causeway-encrypted, got "gp2"$/,
    }),
    "the cluster's default class": (props) =>
      unset(props, "spec.nodeSets.0.volumeClaimTemplates.0.spec.storageClassName"),
    "no volume of the data's name": (props) =>
      set(props, "spec.nodeSets.0.volumeClaimTemplates.0.metadata.name", "data"),
  },
  configured: [
    {
      title: "a class of another name",
      parameters: { classes: ["gp2"] },
      subject: (props) =>
        set(props, "spec.nodeSets.0.volumeClaimTemplates.0.spec.storageClassName", "gp2"),
      fires: false,
    },
  ],
});

ruleSuite(anonymous, {
  type: elasticsearchType,
  good: store,
  deviations: {
    "an anonymous user": (props) => ({
      deviant: set(props, "spec.nodeSets.0.config", {
        "xpack.security.authc.anonymous.roles": "viewer",
      }),
      message: /must not configure anonymous access, got xpack.security.authc.anonymous.roles$/,
    }),
    "security off": (props) => ({
      deviant: set(props, "spec.nodeSets.0.config", { xpack: { security: { enabled: false } } }),
      message: /must leave xpack.security.enabled on, got false$/,
    }),
  },
});

ruleSuite(anonymous, {
  type: kibanaType,
  good: window,
  deviations: {
    "a sign-in for everyone": (props) =>
      set(props, "spec.config", {
        "xpack.security.authc.providers": { anonymous: { anonymous1: { order: 0 } } },
      }),
  },
});

ruleSuite(superuser, {
  type: elasticsearchType,
  good: store,
  deviations: {
    "the operator's account": (props) => unset(props, "spec.auth.disableElasticUser"),
    "no word of accounts": (props) => unset(props, "spec.auth"),
  },
});

ruleSuite(nodes, {
  type: elasticsearchType,
  good: store,
  deviations: {
    "two nodes": (props) => ({
      deviant: set(props, "spec.nodeSets.0.count", 2),
      message: /^Elasticsearch "logs" must have 3 nodes or more, got 2$/,
    }),
    "no node": (props) => set(props, "spec.nodeSets", []),
  },
  configured: [
    {
      title: "one node where one is enough",
      parameters: { minimum: 1 },
      subject: (props) => set(props, "spec.nodeSets.0.count", 1),
      fires: false,
    },
  ],
});

describe("pods that the operator makes", () => {
  const judge = (rule: typeof imageDigest, type: string, props: Props) =>
    rule.check({ type, name: "subject", props }, {});

  it("are named by digest in the object's image", () => {
    expect(
      judge(
        imageDigest,
        elasticsearchType,
        set(store, "spec.image", "docker.elastic.co/elasticsearch/elasticsearch:9.5.3"),
      ),
    ).toEqual([
      'container "elasticsearch" of node set "default" of Elasticsearch "logs" must name its image by digest, got docker.elastic.co/elasticsearch/elasticsearch:9.5.3',
    ]);
    expect(
      judge(
        imageDigest,
        beatType,
        set(beat, "spec.image", "docker.elastic.co/beats/filebeat:9.5.3"),
      ),
    ).toHaveLength(1);
  });

  it("count as insecure where the object says nothing of its container", () => {
    expect(judge(nonRoot, kibanaType, { metadata: { name: "bare" }, spec: {} })).toEqual([
      'container "kibana" of Kibana "bare" must set securityContext.runAsNonRoot to true, got nothing',
    ]);
  });

  it("may be root and read the node's log files for the shipper, and for nothing else of the same form", () => {
    for (const rule of [nonRoot, rootUser, hostPath])
      expect(judge(rule, beatType, beat)).toEqual([]);
    const elsewhere = set(beat, "metadata.namespace", "causeway-models");
    for (const rule of [nonRoot, rootUser])
      expect(judge(rule, beatType, elsewhere)).toHaveLength(1);
    expect(judge(hostPath, beatType, elsewhere)).toHaveLength(2);
  });

  it("may mount no other path, and the path of logs only to read it", () => {
    expect(
      judge(
        hostPath,
        beatType,
        set(beat, "spec.daemonSet.podTemplate.spec.volumes.1.hostPath.path", "/var/lib"),
      ),
    ).toEqual(['Beat "log-shipper" must not mount a hostPath, got /var/lib in volume "beat-data"']);
    expect(
      judge(
        hostPath,
        beatType,
        set(beat, "spec.daemonSet.podTemplate.spec.volumes.0.hostPath.path", "/var"),
      ),
    ).toEqual(['Beat "log-shipper" must not mount a hostPath, got /var in volume "pod-logs"']);
    expect(
      judge(
        hostPath,
        beatType,
        set(beat, "spec.daemonSet.podTemplate.spec.containers.0.volumeMounts.0.readOnly", false),
      ),
    ).toEqual([
      'Beat "log-shipper" must mount /var/log/pods read-only, got a writable mount of volume "pod-logs"',
    ]);
  });
});
