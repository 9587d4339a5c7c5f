import { namespaces } from "../kubernetes/labels";

/**
 * PromQL selector of the requests that a model's pods answered, as the proxy beside each server
 * counts them: it also sees the requests that a dying server did not answer. `labels` narrow it,
 * `more` is a further matcher.
 */
export function requestsOf(
  model: string,
  labels: Readonly<Record<string, string>> = {},
  more?: string,
): string {
  const exact = {
    reporter: "destination",
    destination_workload_namespace: namespaces.models,
    destination_canonical_service: model,
    ...labels,
  };
  const matchers = Object.entries(exact).map(([label, value]) => `${label}="${value}"`);
  return `istio_requests_total{${[...matchers, ...(more === undefined ? [] : [more])].join(",")}}`;
}
