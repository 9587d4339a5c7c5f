import type { Fact } from "../../../services/evidence/ledger";
import { nextEntry } from "../../../services/evidence/ledger/entry";
import { accessArguments } from "../../../cli/access/arguments";
import { elevate } from "../../../cli/access/elevate";
import type { HttpRequest } from "../../../services/delivery/connection";

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

describe("the command line", () => {
  const line = [
    "elevate",
    "--user",
    "colleague",
    "--namespace",
    "causeway-models",
    "--minutes",
    "30",
    "--reason",
    "routes",
    "--ledger",
    "l.jsonl",
  ];
  const changed = (option: string, value: string) =>
    line.map((word, i) => (line[i - 1] === option ? value : word));

  it("takes a review of prod, or of another stack, and an elevation", () => {
    expect(accessArguments(["review"])).toEqual({ command: "review", stack: "prod" });
    expect(accessArguments(["review", "--stack", "dev"])).toEqual({
      command: "review",
      stack: "dev",
    });
    expect(accessArguments(line)).toEqual({
      command: "elevate",
      user: "colleague",
      namespace: "causeway-models",
      minutes: 30,
      reason: "routes",
      ledger: "l.jsonl",
      context: undefined,
    });
  });

  it.each([
    [changed("--minutes", "61"), /--minutes: got "61"/],
    [changed("--minutes", "0"), /--minutes: got "0"/],
    [changed("--namespace", "kube-system"), /--namespace: got "kube-system"/],
    [changed("--reason", " "), /--reason/],
    [["elevate"], /--user[\s\S]*--reason[\s\S]*--ledger[\s\S]*--namespace[\s\S]*--minutes/],
    [["revoke"], /review or elevate/],
    [["review", "--nothing"], /Unknown option '--nothing', allowed: --stack/],
  ])("refuses %j", (args, message) => expect(() => accessArguments(args)).toThrow(message));
});
