import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectionOf } from "../../../services/delivery/connection";
import { eventually, expectSuccess } from "../expectations";
import { sessionKeyDefects } from "./keys";
import { kept, timed, type CloudStack } from "./stack";
import type { Json } from "../../harness/lib/json";
import type { Test } from "../../harness/runner";

const region = "eu-west-1";
const [access, cluster] = [`${region}-access`, `${region}-cluster`];
/** Port of the session in the first region: the kubeconfig names it. */
const sessionPort = 8443;

/** The group of callers, and what lets it into the cluster. */
const group = [
  `aws:ec2/securityGroup:SecurityGroup::${access}`,
  `aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule::${access}`,
  `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule::${cluster}-callers`,
];
/** The instance that sessions go through, and the endpoints that its agent calls. */
const instance = [
  `aws:iam/role:Role::${access}`,
  `aws:iam/rolePolicyAttachment:RolePolicyAttachment::${access}`,
  `aws:iam/instanceProfile:InstanceProfile::${access}`,
  `aws:ec2/launchTemplate:LaunchTemplate::${access}`,
  `aws:autoscaling/group:Group::${access}`,
  `aws:ec2/vpcEndpoint:VpcEndpoint::${region}-network-ssm`,
  `aws:ec2/vpcEndpoint:VpcEndpoint::${region}-network-ssmmessages`,
];
const endpoint = [`aws:eks/cluster:Cluster::${cluster}`];
/** Key of the instance's volume, whose policy lets Auto Scaling use it. */
const key = ["aws:kms/key:Key::foundation-keys-volumes"];
const kubeconfig = [`pulumi:providers:kubernetes::${cluster}`];

const operation = (name: string, resources: readonly string[]): [string, string][] =>
  resources.map((resource) => [resource, name]);

/** What a change of the way into the network does, and what it leaves. */
interface Change {
  readonly title: string;
  /** Whether the update itself comes by a session. @default false */
  readonly session?: boolean;
  readonly clusterAccess: Json | undefined;
  readonly operations: readonly [string, string][];
}

const changes: readonly Change[] = [
  {
    title: "sessions of Systems Manager bring their instance, and the cluster is reached by one",
    clusterAccess: { via: "ssm" },
    session: true,
    operations: [...operation("create", instance), ...operation("update", [...key, ...kubeconfig])],
  },
  {
    title: "a public endpoint takes the instance and the group of callers away",
    clusterAccess: { via: "public", cidrs: ["203.0.113.0/24"] },
    operations: [
      ...operation("delete", [...instance, ...group]),
      ...operation("update", [...key, ...endpoint, ...kubeconfig]),
    ],
  },
  {
    title: "a runner gets its group again, and the endpoint is private",
    clusterAccess: undefined,
    operations: [...operation("create", group), ...operation("update", endpoint)],
  },
];

/** Changes of the way into the network of a stack that is up, each by one plain `pulumi up`. */
export function waysIn(stack: CloudStack): Test[] {
  const { name, project, configure } = stack;
  const changed = ({ title, clusterAccess, session = false, operations }: Change): Test => ({
    title: `${name}: ${title}`,
    run: async () => {
      await configure({ "causeway:clusterAccess": clusterAccess });
      const tunnel = session ? await openTunnel(stack) : undefined;
      // What the program makes for a runner is judged where the stack is created.
      const up = await project.up({ skipPreview: true, unjudged: clusterAccess === undefined });
      const connections = (await tunnel?.close()) ?? 0;
      timed("up", up);
      expectSuccess(up);
      const told = Object.entries(up.operations).filter(
        ([resource]) => !resource.startsWith("causeway:"),
      );
      assert.deepEqual(Object.fromEntries(told), Object.fromEntries(operations));
      const { state, account } = await kept(stack);
      assert.deepEqual(account, state, "what the account has is what the state says");
      assert.equal(connections > 0, session);
    },
  });
  return changes.flatMap((change) => [
    changed(change),
    ...(change.session === true ? sessionKeyDefects(stack) : []),
  ]);
}

/** What `aws ssm start-session` does on the machine: forwards the port of the kubeconfig. `close` gives how many connections came. */
async function openTunnel({ clusters }: CloudStack) {
  const { server: address } = await connectionOf({
    kubeconfig: clusters[region]?.kubeconfig ?? assert.fail(),
  });
  const { hostname, port } = new URL(address);
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((caller) => {
    const callee = connect(Number(port), hostname);
    for (const [socket, other] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.pipe(other);
    }
    connections += 1;
  });
  // Another run on this machine may have its session open.
  await eventually(`port ${sessionPort} becoming free`, () => listens(server), 120_000);
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
      return connections;
    },
  };
}

function listens(server: Server): Promise<boolean> {
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(sessionPort, "localhost", () => {
      server.removeAllListeners("error");
      resolve(true);
    });
  });
}
