import { settingsMap } from "../../../infra/platform/elastic/settings-job";
import { sizes } from "../../../infra/platform/elastic/sizes";
import { elasticsearchType, logRequests, settingsOf } from "../../../policies/elastic";
import { rule as lifecycle } from "../../../policies/rules/governance/log-lifecycle";
import { rule as snapshots } from "../../../policies/rules/governance/log-snapshots";
import { rule as subjects } from "../../../policies/rules/governance/log-subjects";
import type { ResourceView } from "../../../policies/rule";
import { ruleSuite, set, unset, type Props } from "../../support/rule-suite";
import { plain, store } from "./log-store-fixture";

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
