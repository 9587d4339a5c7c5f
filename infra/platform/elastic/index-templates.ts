import { logFields } from "../../../services/contract/log-fields";
import { policies, streams, type Stream } from "./objects";

type Mapping =
  | { readonly type: string; readonly ignore_above?: number }
  | { readonly dynamic: false; readonly properties: Readonly<Record<string, Mapping>> };

const keyword = { type: "keyword", ignore_above: 1024 } as const;
/** Full text without scores: a third smaller than `text`, and nobody ranks log lines. */
const text = { type: "match_only_text" } as const;
const group = (properties: Readonly<Record<string, Mapping>>) =>
  ({ dynamic: false, properties }) as const;

/** What the shipper adds to every line. */
const shipped = {
  "@timestamp": { type: "date" },
  message: text,
  stream: keyword,
  host: group({ name: keyword }),
  log: group({ offset: { type: "long" }, file: group({ path: keyword }) }),
  kubernetes: group({
    namespace: keyword,
    container: keyword,
    pod: group({ name: keyword, uid: keyword }),
  }),
} as const;

/**
 * Fields of a training step's lines that are worth a search (`_say` in services/training); the run
 * directory holds the whole record.
 */
const trainingFields = {
  step: keyword,
  fresh: { type: "boolean" },
  seconds: { type: "float" },
  admitted: { type: "boolean" },
  reason: text,
  error: keyword,
  source: keyword,
  message: text,
} as const;

const serverFields = Object.fromEntries(
  Object.entries(logFields).map(([name, type]): [string, Mapping] => [
    name,
    type === "keyword" ? keyword : type === "text" ? text : { type },
  ]),
);

/** Our own JSON, under one object, so that a field of ours cannot meet one of the shipper's. */
const parsed: Readonly<Record<Stream, Readonly<Record<string, Mapping>>>> = {
  predictions: serverFields,
  subjects: serverFields,
  training: trainingFields,
  platform: {},
};

const lifecycles: Readonly<Record<Stream, string>> = {
  predictions: policies.predictions,
  subjects: policies.subjects,
  training: policies.other,
  platform: policies.other,
};

/**
 * The template of a data stream. `dynamic: false` keeps a field that is not listed in the line, but
 * does not index it: a stray field cannot explode the mapping. A value of the wrong type is left
 * out of the index and the line is kept.
 * @param copies Copies of each line beside the first.
 */
export function indexTemplate(stream: Stream, copies: number) {
  return {
    index_patterns: [streams[stream]],
    data_stream: {},
    priority: 500,
    // The cluster makes no index of ours without a template; this one may.
    allow_auto_create: true,
    template: {
      settings: {
        "index.mode": "standard",
        "index.codec": "best_compression",
        "index.number_of_shards": 1,
        "index.number_of_replicas": copies,
        "index.lifecycle.name": lifecycles[stream],
        "index.mapping.ignore_malformed": true,
        "index.mapping.total_fields.limit": 100,
      },
      mappings: {
        ...group({ ...shipped, causeway: group(parsed[stream]) }),
        date_detection: false,
      },
    },
  };
}
