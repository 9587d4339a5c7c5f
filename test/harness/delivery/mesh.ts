import { createHash } from "node:crypto";
import { selects, type Kubelet, type RunningPod } from "./kubelet";
import type { Answer } from "../../../cli/rehearse/router";
import type { DestinationRule, Route, Service, TextMatch, VirtualService } from "./objects";
import { versionHashLabel } from "../../../infra/kubernetes/model-objects";

/** One request of a caller. */
export interface MeshRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body for the pod that gets the request. */
  readonly bodyFor: (pod: RunningPod) => unknown;
}

/** What the versions of a model were sent, by the hash of their pod template. */
export interface VersionCounts {
  requests: number;
  errors: number;
  mirrored: number;
}

type Destination = Route["route"][number]["destination"];

/**
 * Stands in for the gateway of the mesh: obeys the VirtualServices, DestinationRules and Services
 * as they are on the API server at the moment.
 */
export class Mesh {
  readonly counts = new Map<string, VersionCounts>();
  /** Requests that no ready pod could take, by their path. */
  readonly unanswered = new Map<string, number>();
  #routes: readonly Route[] = [];
  #services = new Map<string, Service>();
  #rules = new Map<string, DestinationRule>();

  constructor(
    private readonly kubelet: Kubelet,
    private readonly random: () => number,
  ) {}

  sync(
    virtualServices: readonly VirtualService[],
    services: readonly Service[],
    rules: readonly DestinationRule[],
  ): void {
    this.#routes = virtualServices.flatMap(({ spec }) => spec.http);
    this.#services = new Map(services.map((service) => [service.metadata.name, service]));
    this.#rules = new Map(rules.map((rule) => [rule.spec.host, rule]));
  }

  /** Percentage of a path's requests that goes to the version on trial, where the route has one. */
  share(path: string): number {
    const route = this.#routes.find(
      (candidate) =>
        candidate.route.length > 1 && candidate.match?.some(({ uri }) => uri?.exact === path),
    );
    return route?.route[1]?.weight ?? 0;
  }

  async send(
    request: MeshRequest,
  ): Promise<{ readonly answer: Answer; readonly pod: RunningPod | undefined }> {
    const route = this.#routes.find((candidate) => takes(candidate, request));
    const pod = route && this.#podOf(this.#chosen(route), request);
    if (route?.mirror !== undefined && this.random() * 100 < (route.mirrorPercentage?.value ?? 100))
      this.#mirror(route.mirror.host, request);
    if (pod?.sidecar === undefined) {
      this.unanswered.set(request.path, (this.unanswered.get(request.path) ?? 0) + 1);
      return { answer: { status: 503, body: undefined }, pod: undefined };
    }
    const counts = this.#countsOf(pod);
    counts.requests += 1;
    const answer = await pod.sidecar.handle(request.path, request.headers, request.bodyFor(pod));
    if (answer.status >= 500) counts.errors += 1;
    return { answer, pod };
  }

  #mirror(host: string, request: MeshRequest): void {
    const pod = this.#podOf({ host }, request);
    if (pod?.sidecar === undefined) return;
    this.#countsOf(pod).mirrored += 1;
    void pod.sidecar.handle(request.path, request.headers, request.bodyFor(pod));
  }

  #countsOf(pod: RunningPod): VersionCounts {
    const hash = pod.labels[versionHashLabel] ?? "";
    const counts = this.counts.get(hash) ?? { requests: 0, errors: 0, mirrored: 0 };
    this.counts.set(hash, counts);
    return counts;
  }

  #chosen({ route }: Route): Destination {
    // A single destination needs no weight; where there are more, one without gets nothing.
    const weights = route.map(({ weight }) => weight ?? (route.length === 1 ? 100 : 0));
    let left = this.random() * weights.reduce((sum, weight) => sum + weight, 0);
    return (
      (route[weights.findIndex((weight) => (left -= weight) < 0)] ?? route[0])?.destination ?? {
        host: "",
      }
    );
  }

  #podOf(destination: Destination, { headers }: MeshRequest): RunningPod | undefined {
    const selector = this.#services.get(serviceOf(destination.host))?.spec.selector;
    const ready =
      selector === undefined
        ? []
        : this.kubelet.pods.filter((pod) => pod.ready && selects(selector, pod.labels));
    const key = headers[this.#hashedHeader(destination) ?? ""];
    return key === undefined
      ? ready[Math.floor(this.random() * ready.length)]
      : ready.reduce<RunningPod | undefined>(
          (best, pod) => (best === undefined || draw(key, pod) > draw(key, best) ? pod : best),
          undefined,
        );
  }

  /** The policy of a subset stands in place of that of its host. */
  #hashedHeader({ host, subset }: Destination): string | undefined {
    const rule = this.#rules.get(host)?.spec;
    const policy =
      rule?.subsets.find(({ name }) => name === subset)?.trafficPolicy ?? rule?.trafficPolicy;
    return policy?.loadBalancer?.consistentHash?.httpHeaderName;
  }
}

/**
 * The pod with the highest draw gets the key, so that a pod that comes or goes moves its own share
 * alone, as Envoy's ring does (Thaler and Ravishankar 1998).
 */
function draw(key: string, pod: RunningPod): string {
  return createHash("sha256").update(`${key}|${pod.name}`).digest("hex");
}

function serviceOf(host: string): string {
  return host.split(".")[0] ?? host;
}

/** Whether one of a route's alternatives holds in all its parts; every request here is a POST. */
function takes(
  { match }: Route,
  { path, headers }: Pick<MeshRequest, "path" | "headers">,
): boolean {
  return (
    match === undefined ||
    match.some((one) =>
      [
        one.uri === undefined || holds(one.uri, path),
        one.path === undefined || holds(one.path, path),
        one.method === undefined || holds(one.method, "POST"),
        ...Object.entries(one.headers ?? {}).map(([name, wanted]) => holds(wanted, headers[name])),
      ].every(Boolean),
    )
  );
}

function holds({ exact, prefix, regex }: TextMatch, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (exact !== undefined) return value === exact;
  if (prefix !== undefined) return value.startsWith(prefix);
  // Istio's regular expressions match the whole value.
  return regex === undefined || new RegExp(`^(?:${regex})$`).test(value);
}
