import { elasticsearch } from "../../../infra/platform/elastic/elasticsearch";
import { kibana } from "../../../infra/platform/elastic/kibana";
import { settingsMap } from "../../../infra/platform/elastic/settings-job";
import { shipper } from "../../../infra/platform/elastic/shipper";
import { sizes } from "../../../infra/platform/elastic/sizes";
import {
  beatType,
  elasticsearchType,
  kibanaType,
  logRequests,
  settingsOf,
} from "../../../policies/elastic";
import { rule as anonymous } from "../../../policies/rules/access/log-store-anonymous";
import { rule as superuser } from "../../../policies/rules/access/log-store-superuser";
import { rule as tls } from "../../../policies/rules/encryption/log-store-tls";
import { rule as volumes } from "../../../policies/rules/encryption/log-store-volumes";
import { rule as lifecycle } from "../../../policies/rules/governance/log-lifecycle";
import { rule as snapshots } from "../../../policies/rules/governance/log-snapshots";
import { rule as subjects } from "../../../policies/rules/governance/log-subjects";
import { rule as nodes } from "../../../policies/rules/reliability/log-store-nodes";
import { rule as hostPath } from "../../../policies/rules/workloads/pod-host-path";
import { rule as imageDigest } from "../../../policies/rules/workloads/pod-image-digest";
import { rule as nonRoot } from "../../../policies/rules/workloads/pod-run-as-non-root";
import { rule as rootUser } from "../../../policies/rules/workloads/pod-run-as-user";
import type { ResourceView } from "../../../policies/rule";
import { ruleSuite, set, unset, type Props } from "../../support/rule-suite";

const plain = (object: object): Props => JSON.parse(JSON.stringify(object)) as Props;
const store = plain(
  elasticsearch({ environment: "prod", size: sizes.prod, snapshotRegion: "eu-west-1" }),
);
const window = plain(kibana(sizes.prod));
const beat = plain(shipper());
const settings = plain(
  settingsMap({
    size: sizes.prod,
    predictionDays: 400,
    snapshots: { bucket: "audit", basePath: "log-snapshots/eu-west-1" },
  }),
);
const mapType = "kubernetes:core/v1:ConfigMap";

/** Settings with one request's body changed; `undefined` takes the request out of the list. */
function withBody(props: Props, path: string, change: (body: Props) => Props | undefined): Props {
  const data = { ...(props["data"] as Record<string, string>) };
  const lines = data["requests"]!.split("\n");
  const line = lines.find((each) => each.split(" ")[1] === path);
  if (line === undefined) throw new Error(`no request for ${path}`);
  const file = line.split(" ")[2]!;
  const body = change(JSON.parse(data[file]!) as Props);
  if (body === undefined) data["requests"] = lines.filter((each) => each !== line).join("\n");
  else data[file] = JSON.stringify(body);
  return { ...props, data };
}

const predictions = "/_ilm/policy/causeway-predictions";

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

const model: ResourceView = {
  type: "causeway:serving:ModelService",
  name: "loan-approval",
  props: { model: "loan-approval", logRetention: "400 days" },
};
const stack: readonly ResourceView[] = [
  { type: elasticsearchType, name: "logs", props: store },
  { type: mapType, name: "settings", props: settings },
];
const changedSettings =
  (path: string, change: (body: Props) => Props | undefined) =>
  ([first, second]: readonly ResourceView[]) => [
    first!,
    { ...second!, props: withBody(second!.props, path, change) },
  ];

ruleSuite(lifecycle, {
  good: stack,
  deviations: {
    "five months": (resources) => ({
      deviant: changedSettings(predictions, (body) =>
        set(body, "policy.phases.delete.min_age", "150d"),
      )(resources),
      message:
        /^ConfigMap "log-settings" must keep causeway-predictions for 183 days or more and then delete it, got "150d"$/,
    }),
    hours: (resources) =>
      changedSettings(predictions, (body) => set(body, "policy.phases.delete.min_age", "5000h"))(
        resources,
      ),
    "no end": (resources) =>
      changedSettings(predictions, (body) => unset(body, "policy.phases.delete.min_age"))(
        resources,
      ),
    "a lifecycle of somebody else": (resources) => ({
      deviant: changedSettings("/_index_template/causeway-predictions", (body) => ({
        ...body,
        template: { settings: { "index.lifecycle.name": "logs" } },
      }))(resources),
      message: /must name a lifecycle of its own for causeway-predictions, got "logs"$/,
    }),
    "the short lifecycle": (resources) =>
      changedSettings("/_index_template/causeway-predictions", (body) => ({
        ...body,
        template: { settings: { "index.lifecycle.name": "causeway-other" } },
      }))(resources),
    "no template": (resources) => ({
      deviant: changedSettings("/_index_template/causeway-predictions", () => undefined)(resources),
      message: /must have an index template for causeway-predictions, got none$/,
    }),
    "no settings": ([first]) => ({
      deviant: [first!],
      message: /^Elasticsearch "logs" must have log settings in each cluster, got 0 in the stack$/,
    }),
    "one settings for two clusters": ([first, second]) => [
      first!,
      { ...first!, name: "other" },
      second!,
    ],
  },
  configured: [
    {
      title: "the same lifecycle where a year and a half is asked",
      parameters: { minimumDays: 540 },
      subject: (resources) => resources,
      fires: true,
    },
  ],
});

it("keeps logs as long as the longest contract says", () => {
  if (lifecycle.kind !== "stack") throw new Error("no stack rule");
  expect(lifecycle.check([...stack, model], {})).toEqual([]);
  expect(
    lifecycle
      .check([...stack, { ...model, props: { ...model.props, logRetention: "730 days" } }], {})
      .map(({ message }) => message),
  ).toEqual([
    'ConfigMap "log-settings" must keep causeway-predictions for 730 days or more and then delete it, got "400d"',
  ]);
});

ruleSuite(snapshots, {
  type: mapType,
  good: settings,
  deviations: {
    "no repository": (props) => ({
      deviant: withBody(props, "/_snapshot/causeway-audit", () => undefined),
      message: /must register a snapshot repository, got none$/,
    }),
    "no schedule": (props) => ({
      deviant: withBody(props, "/_slm/policy/causeway-snapshots", () => undefined),
      message: /must have a snapshot policy for causeway-audit, got none$/,
    }),
    "a schedule for another repository": (props) =>
      withBody(props, "/_slm/policy/causeway-snapshots", (body) => ({
        ...body,
        repository: "elsewhere",
      })),
    "a lifecycle that does not wait": (props) => ({
      deviant: withBody(props, predictions, (body) =>
        unset(body, "policy.phases.delete.actions.wait_for_snapshot"),
      ),
      message:
        /must let causeway-predictions wait for one of the snapshot policies causeway-snapshots before it deletes, got nothing$/,
    }),
  },
  configured: [
    {
      title: "no snapshots where there is no bucket",
      parameters: { required: false },
      subject: (props) => withBody(props, "/_snapshot/causeway-audit", () => undefined),
      fires: false,
    },
  ],
});

const copies = "/_slm/policy/causeway-snapshots";
ruleSuite(subjects, {
  type: mapType,
  good: settings,
  deviations: {
    "a snapshot of everything of ours": (props) => ({
      deviant: withBody(props, copies, (body) => set(body, "config.indices", ["causeway-*"])),
      message:
        /^ConfigMap "log-settings" must not copy causeway-subjects into snapshots, got causeway-snapshots$/,
    }),
    "a snapshot of everything": (props) =>
      withBody(props, copies, (body) => unset(body, "config.indices")),
    "a snapshot of the indices behind the streams": (props) =>
      withBody(props, copies, (body) => set(body, "config.indices", [".ds-*"])),
    "a snapshot that takes them out and in again": (props) =>
      withBody(props, copies, (body) =>
        set(body, "config.indices", ["-causeway-subjects", "causeway-*"]),
      ),
    "no template": (props) => ({
      deviant: withBody(props, "/_index_template/causeway-subjects", () => undefined),
      message:
        /must have an index template for causeway-subjects with a lifecycle that ends, got nothing$/,
    }),
    "no end": (props) =>
      withBody(props, "/_ilm/policy/causeway-subjects", (body) =>
        unset(body, "policy.phases.delete"),
      ),
    "an end that never comes": (props) => ({
      deviant: withBody(props, "/_ilm/policy/causeway-subjects", (body) =>
        set(body, "policy.phases.delete.actions.wait_for_snapshot", {
          policy: "causeway-snapshots",
        }),
      ),
      message: /must not let causeway-subjects wait for a snapshot that never has it$/,
    }),
  },
});

it("takes a snapshot of all but the subjects", () => {
  const all = withBody(settings, copies, (body) =>
    set(body, "config.indices", ["causeway-*", "-causeway-subjects"]),
  );
  expect(
    subjects.kind === "resource" &&
      subjects.check({ type: mapType, name: "settings", props: all }, {}),
  ).toEqual([]);
});

it("does not judge other ConfigMaps", () => {
  expect(
    snapshots.kind === "resource" &&
      snapshots.check(
        { type: mapType, name: "other", props: { metadata: { name: "other" }, data: {} } },
        {},
      ),
  ).toEqual([]);
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

describe("readers of log settings", () => {
  it("give a setting its full name however it is nested", () => {
    expect([...settingsOf({ a: { "b.c": 1 }, "d.e": { f: false } })]).toEqual([
      ["a", { "b.c": 1 }],
      ["a.b.c", 1],
      ["d.e", { f: false }],
      ["d.e.f", false],
    ]);
    expect([...settingsOf(undefined)]).toEqual([]);
  });

  it("read a request without a body as one that says nothing", () => {
    expect([
      ...logRequests({
        type: mapType,
        name: "x",
        props: { data: { requests: "PUT /a a.json\nPUT /b b.json\n\n", "a.json": "{no" } },
      }),
    ]).toEqual([
      ["/a", undefined],
      ["/b", undefined],
    ]);
  });
});
