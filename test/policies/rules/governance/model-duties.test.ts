import { rule as assessment } from "../../../../policies/rules/governance/model-assessment";
import { rule as biasAudit } from "../../../../policies/rules/governance/model-bias-audit";
import { rule as notice } from "../../../../policies/rules/governance/model-notice";
import { rule as outstanding } from "../../../../policies/rules/governance/model-outstanding";
import { rule as switchable } from "../../../../policies/rules/governance/route-kill-switch";
import { rule as approval } from "../../../../policies/rules/governance/model-approval";
import { rule as approvalChannel } from "../../../../policies/rules/governance/model-approval-channel";
import { rule as logRetention } from "../../../../policies/rules/governance/model-log-retention";
import { rule as published } from "../../../../policies/rules/governance/model-published";
import { rules } from "../../../../policies/rules";
import { judge } from "../../../../policies/judge";
import { meshStack } from "../../../support/baselines/platform";
import { resource, without } from "../../../support/baselines/resource";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { goodModelService } from "./good";

const type = "causeway:serving:ModelService";
const good = goodModelService();

ruleSuite(approvalChannel, {
  type,
  good,
  deviations: {
    "an automatic release": (g) => ({
      deviant: set(g, "channel", "automatic"),
      message: /must set channel to approval, because its risk tier is high, got "automatic"/,
    }),
  },
});

ruleSuite(approval, {
  type,
  good,
  deviations: {
    "no approval": (g) => ({
      deviant: set(g, "release.approvals", []),
      message:
        /must have 2 approvals by different people in different roles, one of them ethics-board; got none/,
    }),
    "an approval without a reference": (g) => ({
      deviant: unset(g, "release.approvals.0.reference"),
      message: /one of them ethics-board; got ethics-board by chair@example\.com$/,
    }),
    "two roles of one person": (g) => set(g, "release.approvals.1.actor", "risk@example.com"),
    "two approvals in one role": (g) => set(g, "release.approvals.0.role", "ethics-board"),
    "nobody of the ethics board": (g) => ({
      deviant: set(g, "release.approvals.1.role", "owner"),
      message: /got model-risk by risk@example\.com, owner by chair@example\.com$/,
    }),
  },
});

ruleSuite(assessment, {
  type,
  good,
  deviations: {
    "no digest": (g) => ({
      deviant: unset(g, "governance.impactAssessment.named"),
      message:
        /Model "scorer" must name the digest of its impact assessment, because its risk tier is high, got nothing/,
    }),
    "no document": (g) => ({
      deviant: unset(g, "governance.impactAssessment.found"),
      message: /must have the impact assessment sha256:d{64} beside its contract, got none/,
    }),
    "another document": (g) => ({
      deviant: set(g, "governance.impactAssessment.found", `sha256:${"e".repeat(64)}`),
      message: /beside its contract, got sha256:e{64}/,
    }),
  },
});

ruleSuite(notice, {
  type,
  good,
  deviations: {
    "no notice": (g) => ({
      deviant: unset(g, "notice"),
      message:
        /must tell people that a machine takes part, because its risk tier is high, got no notice/,
    }),
    "a blank notice of limited risk": (g) => ({
      deviant: set(set(g, "riskTier", "limited"), "notice", " "),
      message: /because its risk tier is limited/,
    }),
  },
});

ruleSuite(biasAudit, {
  type,
  good,
  deviations: {
    "no audit": (g) => ({
      deviant: unset(g, "governance.biasAudit"),
      message: /must have a bias audit by an external party within the last 365 days, got none/,
    }),
    "an audit of last year": (g) => ({
      deviant: set(g, "governance.biasAudit.expired", true),
      message: /within the last 365 days, got one of 2026-06-01T00:00:00Z by Example Audits/,
    }),
    "an audit whose age nobody judged": (g) => unset(g, "governance.biasAudit.expired"),
    "an audit by nobody": (g) => unset(g, "governance.biasAudit.organisation"),
  },
});

ruleSuite(outstanding, {
  type,
  good,
  deviations: {
    "a contract that changed after the release": (g) => ({
      deviant: set(g, "governance.contract", `sha256:${"f".repeat(64)}`),
      message: /must have a release that was made by its contract as it is: model\.yaml has/,
    }),
  },
});

describe(outstanding.name, () => {
  const unpublished = set(good, "release.published", false);
  const found = (props: object) =>
    judge([outstanding], [{ type, name: "scorer", props: props as typeof good }]).map(
      ({ message, enforcement }) => [enforcement, message],
    );

  it("says of an unpublished release, as advice, each thing that its tier still asks for", () => {
    expect(found(set(unset(unpublished, "governance.biasAudit"), "release.approvals", []))).toEqual(
      [
        [
          "advisory",
          'Model "scorer" must have a bias audit by an external party within the last 365 days, got none, before it serves prod, because its risk tier is high',
        ],
        [
          "advisory",
          'Model "scorer" must have 2 approvals by different people in different roles, one of them ethics-board; got none, before it serves prod, because its risk tier is high',
        ],
      ],
    );
  });

  it("is silent where all is there, where the tier asks for nothing, and of a published release", () => {
    const bare = set(unset(unpublished, "governance.biasAudit"), "release.approvals", []);
    expect([
      found(unpublished),
      found(set(bare, "riskTier", "limited")),
      found(set(bare, "release.published", true)),
    ]).toEqual([[], [], []]);
  });
});

ruleSuite(switchable, {
  good: [
    ...meshStack,
    resource(type, "eu-west-1-scorer", good),
    resource("kubernetes:networking.istio.io/v1:VirtualService", "eu-west-1-scorer-routes", {
      metadata: { name: "scorer", namespace: "causeway-models" },
      spec: {
        hosts: ["scorer"],
        http: [{ route: [{ destination: { host: "scorer-stable" } }], timeout: "1s" }],
      },
    }),
  ],
  deviations: {
    "a model without routes": (stack) => ({
      deviant: without(stack, "eu-west-1-scorer-routes"),
      message: /^Model "scorer" must have a VirtualService with routes for the kill switch/,
    }),
    "routes of another model": (stack) =>
      stack.map((each) =>
        each.name === "eu-west-1-scorer-routes"
          ? { ...each, name: "eu-west-1-other-routes" }
          : each,
      ),
  },
});

describe("the kill switch's route", () => {
  const model = { type, name: "eu-west-1-scorer", props: good };
  const routes = {
    type: "kubernetes:networking.istio.io/v1:VirtualService",
    name: "eu-west-1-scorer-routes",
    props: {
      metadata: { name: "scorer" },
      spec: { http: [{ route: [{ destination: { host: "scorer-stable" } }] }] },
    },
  };
  const found = (...resources: object[]) =>
    judge([switchable], resources as (typeof model)[]).map(({ message }) => message);

  it("is there for a high-risk model with a VirtualService", () =>
    expect(found(model, routes)).toEqual([]));

  it.each<[string, object[]]>([
    ["none at all", []],
    ["one of another model", [{ ...routes, name: "eu-west-1-other-routes" }]],
    ["one in another region", [{ ...routes, name: "eu-central-1-scorer-routes" }]],
    [
      "that of its labels alone",
      [{ ...routes, props: { ...routes.props, metadata: { name: "scorer-feedback" } } }],
    ],
    ["one without routes", [{ ...routes, props: { ...routes.props, spec: { http: [] } } }]],
  ])("is missing with %s", (_, others) =>
    expect(found(model, ...others)).toEqual([
      'Model "scorer" must have a VirtualService with routes for the kill switch, because its risk tier is high, got none',
    ]),
  );

  it("is asked of no model of limited risk", () =>
    expect(found({ ...model, props: { ...good, riskTier: "limited" } })).toEqual([]));
});

ruleSuite(published, {
  type,
  good,
  deviations: {
    "a release that no registry holds": (g) => ({
      deviant: set(g, "release.published", false),
      message:
        /must be published before its release 1.0.0 can serve: npx causeway release publish scorer --repository/,
    }),
  },
  configured: [
    {
      title: "an unpublished release with another command",
      parameters: { command: "make publish MODEL=<model>" },
      subject: (g) => set(g, "release.published", false),
      fires: true,
    },
  ],
});

ruleSuite(logRetention, {
  type,
  good,
  deviations: {
    "three months": (g) => ({
      deviant: set(g, "logRetention", "90 days"),
      message: /must keep prediction logs for 183 days or more, got "90 days"/,
    }),
    "no retention": (g) => unset(g, "logRetention"),
  },
  configured: [
    {
      title: "400 days where two years are asked for",
      parameters: { minimumDays: 730 },
      subject: (g) => g,
      fires: true,
    },
  ],
});

describe("rules over models", () => {
  it("ask a limited-risk model for no audit, explanation, approval or long retention", () => {
    const props: Record<string, unknown> = {
      ...goodModelService(),
      riskTier: "limited",
      channel: "automatic",
      logRetention: "30 days",
    };
    const modest = {
      ...props,
      governance: undefined,
      release: {
        ...(props["release"] as object),
        fairness: [],
        explanation: undefined,
        approvals: [],
      },
    };
    expect(
      judge(
        rules.filter(({ kind }) => kind === "resource"),
        [{ type, name: "scorer", props: modest }],
      ),
    ).toEqual([]);
  });

  it("ask a model of minimal risk for no notice either", () => {
    const modest = set(unset(unset(good, "notice"), "governance"), "riskTier", "minimal");
    expect(
      judge(
        [assessment, biasAudit, notice, outstanding, approval],
        [{ type, name: "scorer", props: modest }],
      ),
    ).toEqual([]);
  });

  it("say of a release, published or not, that its contract was changed after it was made", () => {
    const named = (good["release"] as { digests: { contract: string } }).digests.contract;
    const found = (props: Record<string, unknown>) =>
      judge([outstanding], [{ type, name: "scorer", props }]).map(({ message }) => message);
    expect(found(set(good, "governance.contract", named))).toEqual([]);
    const changed = set(good, "governance.contract", `sha256:${"f".repeat(64)}`);
    for (const published of [true, false])
      expect(found(set(changed, "release.published", published))[0]).toContain(
        `model.yaml has sha256:${"f".repeat(64)}, the release names ${named}`,
      );
  });

  it("say of an unpublished release without approvals and audit that it is unpublished, and what is still to be done", () => {
    const props = unset(
      set(set(goodModelService(), "release.published", false), "release.approvals", []),
      "governance.biasAudit",
    );
    const found = judge(
      rules.filter(({ kind }) => kind === "resource"),
      [{ type, name: "scorer", props }],
    );
    expect(found.map(({ rule, enforcement }) => [rule.name, enforcement])).toEqual([
      ["governance-model-outstanding", "advisory"],
      ["governance-model-outstanding", "advisory"],
      ["governance-model-published", "advisory"],
    ]);
  });
});
