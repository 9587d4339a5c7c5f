import { settingsRequests, type SettingsRequest } from "../../../infra/platform/elastic/settings";
import { sizes } from "../../../infra/platform/elastic/sizes";
import { isObject } from "../lib/json";
import type { SearchServer } from "./search-server";

/**
 * What the stand-in refuses of a template because Elasticsearch alone has it: a field of the
 * template, and settings of the index.
 */
export const elasticsearchAlone = {
  fields: ["allow_auto_create"],
  settings: ["index.lifecycle.name", "index.mode"],
} as const;

/** The program's requests, as for a region with snapshots. */
export function programRequests(): SettingsRequest[] {
  return settingsRequests({
    size: sizes.prod,
    predictionDays: 400,
    snapshots: { bucket: "example-audit", basePath: "log-snapshots/eu-west-1" },
  });
}

/**
 * Whether the stand-in knows what the request is about: it has templates, and no lifecycles,
 * schedules of snapshots or buckets.
 */
export function isTemplate({ path }: SettingsRequest): boolean {
  return path.startsWith("/_index_template/");
}

/** The template without what the stand-in refuses. */
export function templateForStandIn(
  body: object,
  without: {
    readonly fields: readonly string[];
    readonly settings: readonly string[];
  } = elasticsearchAlone,
): object {
  const omit = (object: object, names: readonly string[]) =>
    Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
  const template: unknown = Reflect.get(body, "template");
  const settings: unknown = isObject(template) ? template["settings"] : undefined;
  if (!isObject(template) || !isObject(settings))
    throw new Error("the request holds no template with settings");
  return {
    ...omit(body, without.fields),
    template: { ...template, settings: omit(settings, without.settings) },
  };
}

/**
 * What the server says to each request as the program makes it: the path, and why it is refused.
 */
export async function refusals(server: SearchServer): Promise<Record<string, string>> {
  const said: Record<string, string> = {};
  for (const { method, path, body } of programRequests()) {
    const { status, answer } = await server.send(method, path, body);
    said[path] = status < 300 ? "taken" : JSON.stringify(answer);
  }
  return said;
}

/** Puts the program's templates. Throws Error where one is refused. */
export async function putTemplates(server: SearchServer): Promise<void> {
  for (const request of programRequests().filter(isTemplate))
    await server.ask(request.method, request.path, templateForStandIn(request.body));
}
