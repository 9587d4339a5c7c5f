import { streams } from "./objects";

interface SavedSearch {
  readonly id: string;
  readonly title: string;
  readonly stream: keyof typeof streams;
  readonly columns: readonly string[];
  /** Kibana query language. */
  readonly query: string;
}

const lines = [
  "causeway.model",
  "causeway.version",
  "causeway.operation",
  "causeway.status",
  "causeway.code",
  "causeway.milliseconds",
];

/** What people look for most; the title says it as a question. */
export const savedSearches: readonly SavedSearch[] = [
  {
    id: "causeway-prediction",
    title: "What did we answer? (by request or prediction)",
    stream: "predictions",
    columns: [
      ...lines,
      "causeway.requestId",
      "causeway.predictionId",
      "causeway.rows",
      "causeway.label",
    ],
    query: "causeway.msg : request and causeway.operation : (predict or infer)",
  },
  {
    id: "causeway-subject",
    title: "Which predictions were about a subject?",
    stream: "subjects",
    columns: [
      "causeway.subject",
      "causeway.model",
      "causeway.version",
      "causeway.predictionId",
      "causeway.rows",
      "causeway.requestId",
    ],
    query: "causeway.msg : subject",
  },
  {
    id: "causeway-refused",
    title: "Which requests were refused, and why?",
    stream: "predictions",
    columns: [...lines, "causeway.requestId"],
    query: "causeway.msg : request and causeway.status >= 400",
  },
  {
    id: "causeway-failures",
    title: "Where did a server fail?",
    stream: "predictions",
    columns: [
      "causeway.level",
      "causeway.model",
      "causeway.version",
      "causeway.error",
      "causeway.frames",
      "causeway.msg",
      "message",
    ],
    query: "causeway.level : (error or fatal) or not causeway.msg : *",
  },
  {
    id: "causeway-releases",
    title: "Which version served when?",
    stream: "predictions",
    columns: [
      "causeway.model",
      "causeway.version",
      "causeway.modelDigest",
      "causeway.dataDigest",
      "kubernetes.pod.name",
      "causeway.msg",
    ],
    query: "causeway.msg : (ready or listening or drained)",
  },
  {
    id: "causeway-slow",
    title: "Which answers were slow?",
    stream: "predictions",
    columns: [...lines, "causeway.requestId"],
    query: "causeway.msg : request and causeway.milliseconds >= 100",
  },
  {
    id: "causeway-training-runs",
    title: "What did training say?",
    stream: "training",
    columns: [
      "kubernetes.pod.name",
      "kubernetes.container",
      "causeway.step",
      "causeway.seconds",
      "causeway.error",
      "causeway.reason",
      "message",
    ],
    query: "",
  },
  {
    id: "causeway-platform-errors",
    title: "What went wrong on the platform?",
    stream: "platform",
    columns: ["kubernetes.namespace", "kubernetes.pod.name", "kubernetes.container", "message"],
    query: "message : (error or fatal or panic or denied)",
  },
];

const dataViewId = (stream: string) => `view-${stream}`;

/** Data views and searches as Kibana imports them: one saved object on each line. */
export function savedObjects(): string {
  const views = Object.values(streams).map((stream) => ({
    type: "index-pattern",
    id: dataViewId(stream),
    attributes: { title: stream, name: stream, timeFieldName: "@timestamp" },
    references: [],
  }));
  const searches = savedSearches.map(({ id, title, stream, columns, query }) => ({
    type: "search",
    id,
    attributes: {
      title,
      description: "",
      columns,
      sort: [["@timestamp", "desc"]],
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({
          query: { query, language: "kuery" },
          filter: [],
          indexRefName: searchSource,
        }),
      },
    },
    references: [{ id: dataViewId(streams[stream]), name: searchSource, type: "index-pattern" }],
  }));
  return [...views, ...searches].map((object) => `${JSON.stringify(object)}\n`).join("");
}

/** Name by which a search refers to its data view. */
const searchSource = "kibanaSavedObjectMeta.searchSourceJSON.index";
