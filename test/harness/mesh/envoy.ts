import { chmod, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Loopback } from "../../../cli/rehearse/http";
import { endChild, startChild } from "../../../cli/rehearse/children";
import type { destinationRule, feedbackRoute } from "../../../infra/serving/routing";
import { listenOnLoopback } from "../delivery/listen";
import { ENVOY_WHEEL } from "../toolchain/pins";
import { wheelFolder } from "../toolchain/wheel";

/** A model server behind a gateway. */
export interface Replica {
  readonly port: number;
  readonly zone: string;
}

export interface GatewayOptions {
  readonly folder: string;
  readonly name: string;
  readonly zone: string;
  readonly replicas: readonly Replica[];
  readonly route: ReturnType<typeof feedbackRoute>;
  readonly rule: ReturnType<typeof destinationRule>;
}

const startTimeoutMs = 20_000;

/** The Envoy of its wheel. */
export async function ensureEnvoy(): Promise<string> {
  const command = path.join(await wheelFolder(ENVOY_WHEEL), "envoy", "_bin", "envoy");
  await chmod(command, 0o755);
  return command;
}

/** A real Envoy on loopback, as the gateway of one zone. */
export class Gateway {
  private constructor(
    readonly connection: Loopback,
    readonly close: () => Promise<void>,
  ) {}

  static async start(envoy: string, options: GatewayOptions): Promise<Gateway> {
    const free = await listenOnLoopback(createServer());
    const { port } = free;
    free.close();
    const file = path.join(options.folder, `${options.name}.json`);
    await writeFile(file, JSON.stringify(configuration(port, options)));
    const child = startChild(
      envoy,
      ["-c", file, "--use-dynamic-base-id", "--concurrency", "1", "--log-level", "error"],
      { stdio: ["ignore", "ignore", "inherit"] },
    );
    const connection = new Loopback(port);
    for (const until = Date.now() + startTimeoutMs; ; await sleep(100)) {
      // No route is there, and who says so is the proxy.
      if ((await connection.get("/").catch(String)).includes("got 404")) break;
      if (Date.now() > until || child.exitCode !== null)
        throw new Error(`Envoy does not listen: ${file}`);
    }
    return new Gateway(connection, async () => {
      connection.close();
      await endChild(child, 5_000);
    });
  }
}

/**
 * What Istio makes of the program's VirtualService and DestinationRule for a gateway, as far as it
 * decides where a label goes. A rule with outlier detection gives replicas of other zones a lower
 * priority, unless it says otherwise, and retries prefer another host unless a hash chose the first.
 */
function configuration(port: number, { route, rule, zone, replicas }: GatewayOptions): object {
  const { trafficPolicy, subsets } = rule.spec;
  const wanted = route.spec.http[0]?.route[0]?.destination.subset;
  const balancer = subsets?.find(({ name }) => name === wanted)?.trafficPolicy.loadBalancer;
  const hash = balancer?.consistentHash;
  const spread = balancer?.localityLbSetting?.enabled === false;
  const tcp = trafficPolicy.connectionPool.tcp;
  const cluster = {
    name: "stable",
    type: "STATIC",
    connect_timeout: tcp.connectTimeout,
    lb_policy: hash ? "MAGLEV" : "LEAST_REQUEST",
    ...(hash && { maglev_lb_config: { table_size: hash.maglev.tableSize } }),
    common_lb_config: { healthy_panic_threshold: { value: 0 } },
    outlier_detection: {
      split_external_local_origin_errors: true,
      consecutive_local_origin_failure:
        trafficPolicy.outlierDetection.consecutiveLocalOriginFailures,
      enforcing_consecutive_local_origin_failure: 100,
      consecutive_5xx: trafficPolicy.outlierDetection.consecutive5xxErrors,
      base_ejection_time: trafficPolicy.outlierDetection.baseEjectionTime,
      max_ejection_percent: trafficPolicy.outlierDetection.maxEjectionPercent,
    },
    load_assignment: {
      cluster_name: "stable",
      endpoints: replicas.map((replica) => ({
        locality: { zone: replica.zone },
        priority: spread || replica.zone === zone ? 0 : 1,
        lb_endpoints: [{ endpoint: { address: address(replica.port) } }],
      })),
    },
  };
  const routes = route.spec.http.flatMap(({ match, timeout, retries }) =>
    match.map(({ uri }) => ({
      match: { path: uri.exact },
      route: {
        cluster: cluster.name,
        timeout: `${Number.parseInt(timeout ?? "0") / 1_000}s`,
        ...(hash && { hash_policy: [{ header: { header_name: hash.httpHeaderName } }] }),
        retry_policy: {
          retry_on: retries?.retryOn,
          num_retries: retries?.attempts,
          host_selection_retry_max_attempts: 5,
          ...(!hash && { retry_host_predicate: [previousHosts] }),
        },
      },
    })),
  );
  return {
    static_resources: { listeners: [listener(port, routes)], clusters: [cluster] },
  };
}

const previousHosts = {
  name: "envoy.retry_host_predicates.previous_hosts",
  typed_config: {
    "@type":
      "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
  },
};

function listener(port: number, routes: readonly object[]): object {
  const types = "type.googleapis.com/envoy.extensions.filters";
  return {
    address: address(port),
    filter_chains: [
      {
        filters: [
          {
            name: "http",
            typed_config: {
              "@type": `${types}.network.http_connection_manager.v3.HttpConnectionManager`,
              stat_prefix: "gateway",
              route_config: { virtual_hosts: [{ name: "host", domains: ["*"], routes }] },
              http_filters: [
                {
                  name: "envoy.filters.http.router",
                  typed_config: { "@type": `${types}.http.router.v3.Router` },
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

function address(port: number): object {
  return { socket_address: { address: "127.0.0.1", port_value: port } };
}
