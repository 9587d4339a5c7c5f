import type { Fact } from "../../../services/evidence/ledger";
import { nextEntry } from "../../../services/evidence/ledger/entry";
import { elevate } from "../../../cli/access/elevate";
import type { HttpRequest } from "../../../services/delivery/connection";
import { causeway } from "../../support/verb";

const request = {
  user: "colleague",
  namespace: "causeway-models",
  seconds: 600,
  reason: "routes are broken",
};
const now = new Date("2026-11-24T03:00:00Z");

/** An API server that knows who asks, makes Jobs, and answers for bindings as it is told. */
function stage(
  binding: { readonly status: number; readonly text: string } = { status: 201, text: "{}" },
) {
  const events: string[] = [];
  const bodies: Record<string, Record<string, unknown>> = {};
  const facts: Fact[] = [];
  const send = async ({ method, path, body }: HttpRequest) => {
    const kind =
      path
        .split("/")
        .find((part) => ["selfsubjectreviews", "jobs", "rolebindings"].includes(part)) ?? path;
    events.push(`${method} ${kind}`);
    if (body !== undefined) bodies[kind] = JSON.parse(body) as Record<string, unknown>;
    if (kind === "selfsubjectreviews")
      return { status: 201, text: JSON.stringify({ status: { userInfo: { username: "admin" } } }) };
    return kind === "rolebindings"
      ? binding
      : { status: 201, text: JSON.stringify({ metadata: { uid: "u-1" } }) };
  };
  const ledger = {
    record: async (fact: Fact) => {
      events.push("record");
      facts.push(fact);
      return nextEntry(undefined, fact, now);
    },
  };
  return { events, bodies, facts, send, ledger };
}

describe("an elevation", () => {
  it("is on record before anything is made; its binding belongs to a timer without pods", async () => {
    const { events, bodies, facts, send, ledger } = stage();
    const { name, expires } = await elevate(send, ledger, request, now);
    expect(events).toEqual(["POST selfsubjectreviews", "record", "POST jobs", "POST rolebindings"]);
    expect(facts).toEqual([
      {
        actor: "admin",
        action: "access-change",
        subject: "colleague",
        details: {
          role: "causeway-break-glass",
          namespace: "causeway-models",
          seconds: 600,
          expires: "2026-11-24T03:10:00.000Z",
          reason: "routes are broken",
          binding: name,
        },
      },
    ]);
    expect(expires).toBe("2026-11-24T03:10:00.000Z");
    expect(bodies["jobs"]).toMatchObject({
      metadata: { name },
      spec: { parallelism: 0, activeDeadlineSeconds: 600, ttlSecondsAfterFinished: 0 },
    });
    expect(bodies["rolebindings"]).toMatchObject({
      metadata: {
        name,
        namespace: "causeway-models",
        annotations: {
          "causeway.dev/expires": expires,
          "causeway.dev/reason": "routes are broken",
        },
        ownerReferences: [{ kind: "Job", name, uid: "u-1" }],
      },
      roleRef: { kind: "ClusterRole", name: "causeway-break-glass" },
      subjects: [{ kind: "User", name: "colleague" }],
    });
  });

  it("that the server refuses leaves no timer, and the refusal is on record", async () => {
    const { events, facts, send, ledger } = stage({
      status: 403,
      text: JSON.stringify({ message: "an elevation must name one other person" }),
    });
    await expect(elevate(send, ledger, request, now)).rejects.toThrow(
      "an elevation must name one other person",
    );
    expect(events.slice(-2)).toEqual(["DELETE jobs", "record"]);
    expect(facts[1]!.details["refused"]).toBe("an elevation must name one other person");
  });

  it("is not made where the ledger cannot be written", async () => {
    const { events, send } = stage();
    await expect(
      elevate(send, { record: () => Promise.reject(new Error("no ledger")) }, request, now),
    ).rejects.toThrow("no ledger");
    expect(events).toEqual(["POST selfsubjectreviews"]);
  });
});

describe("causeway access elevate", () => {
  const line = (more: Readonly<Record<string, string>> = {}) => [
    "colleague",
    ...Object.entries({
      namespace: "causeway-models",
      minutes: "30",
      reason: "routes",
      ledger: "l.jsonl",
      ...more,
    }).flatMap(([name, value]) => [`--${name}`, value]),
  ];

  it.each([
    [line({ minutes: "61" }), /--minutes <n>' argument '61' is invalid/],
    [line({ minutes: "0" }), /Allowed: a whole number from 1 to 60/],
    [line({ namespace: "kube-system" }), /'kube-system' is invalid. Allowed choices are causeway-/],
    [line({ reason: " " }), /--reason: got nothing/],
    [["colleague"], /missing: --namespace .*--minutes .*--reason .*--ledger/],
    [line({ nothing: "x" }), /unknown option '--nothing'/],
  ])("refuses %j", async (argv, message) => {
    const { code, err } = await causeway("access elevate", argv);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });
});
