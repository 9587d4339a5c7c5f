import {
  inRole,
  neighbours,
  pods,
  podsBut,
  tcp,
  type Peer,
  type PolicyRule,
} from "../network-peers";
import { kindLabel, settingsName } from "./objects";

/** Ports of Elasticsearch for callers and between its nodes, and Kibana's. */
export const elasticsearchPort = 9200;
const transportPort = 9300;
const kibanaPort = 5601;

const elasticsearch = pods(kindLabel, "elasticsearch");
const kibana = pods(kindLabel, "kibana");
const inPods = (selector: typeof elasticsearch): Peer => ({ podSelector: selector });
const settings = inPods(pods("app.kubernetes.io/name", settingsName));

/** Pods of the training namespace that erase a subject. */
const erasing = pods("app.kubernetes.io/component", "erasure");

/**
 * Who reaches the log store. The other pods of the namespace reach each other, but not these;
 * nobody reaches Kibana by the network but the Job that brings its searches: people forward a port,
 * which comes from the node.
 */
export const elasticPolicies: readonly PolicyRule[] = [
  {
    name: "together",
    podSelector: podsBut(kindLabel, "elasticsearch", "kibana"),
    ingress: [{ from: [neighbours] }],
    egress: [{ to: [neighbours] }],
  },
  {
    name: "elasticsearch",
    podSelector: elasticsearch,
    ingress: [
      // A node that stops tells the others by the callers' port.
      { from: [inPods(elasticsearch)], ports: tcp(elasticsearchPort, transportPort) },
      {
        from: [
          inPods(kibana),
          settings,
          inRole("logs"),
          inRole("elastic"),
          { ...inRole("training"), podSelector: erasing },
        ],
        ports: tcp(elasticsearchPort),
      },
    ],
    egress: [{ to: [inPods(elasticsearch)], ports: tcp(elasticsearchPort, transportPort) }],
  },
  {
    name: "kibana",
    podSelector: kibana,
    ingress: [{ from: [settings], ports: tcp(kibanaPort) }],
    egress: [{ to: [inPods(elasticsearch)], ports: tcp(elasticsearchPort) }],
  },
];

const toElasticsearch = [
  {
    to: [{ ...inRole("observability"), podSelector: elasticsearch }],
    ports: tcp(elasticsearchPort),
  },
];
/** The shipper reaches Elasticsearch and nothing else. */
export const shipperPolicies: PolicyRule[] = [{ name: "elasticsearch", egress: toElasticsearch }];
/** In the namespace of training an erasure reaches it, and no step of a training does. */
export const erasurePolicy: PolicyRule = {
  name: "erasure",
  podSelector: erasing,
  egress: toElasticsearch,
};
