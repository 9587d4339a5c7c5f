import { load } from "js-yaml";
import {
  accounts,
  groupAccounts,
  roleFile,
  roles,
} from "../../../../infra/platform/elastic/accounts";
import { streams } from "../../../../infra/platform/elastic/objects";
import { accessGroups } from "../../../../infra/kubernetes/labels";

/** Privileges of a role on a stream. */
const on = (role: string, stream: string) =>
  (roles[role]?.indices ?? [])
    .filter(({ names }) => names.includes(stream))
    .flatMap(({ privileges }) => [...privileges]);
const readers = (stream: string) =>
  Object.keys(roles)
    .filter((role) => on(role, stream).includes("read"))
    .sort();

describe("roles of the log store", () => {
  test("each group and each program has one, and an account has the role of its own name", () => {
    expect(Object.keys(groupAccounts).sort()).toEqual(Object.keys(accessGroups).sort());
    expect([...accounts].sort()).toEqual([
      "auditor",
      "log-eraser",
      "log-settings",
      "log-shipper",
      "ml-engineer",
      "pipeline",
      "platform-admin",
    ]);
  });

  test("predictions are read by auditors and ML engineers, whom they were about by auditors, training by all four, the platform by whoever operates or audits it", () => {
    expect(readers(streams.predictions)).toEqual(["auditor", "log-eraser", "ml-engineer"]);
    expect(readers(streams.subjects)).toEqual(["auditor", "log-eraser"]);
    expect(readers(streams.training)).toEqual([
      "auditor",
      "ml-engineer",
      "pipeline",
      "platform-admin",
    ]);
    expect(readers(streams.platform)).toEqual(["auditor", "platform-admin"]);
    expect(readers("restored-*")).toEqual(["auditor", "log-eraser"]);
  });

  test("nobody but the lifecycle's own account and the eraser of predictions can change or delete a log line, and the shipper can only add", () => {
    const changing = [
      "all",
      "manage",
      "write",
      "index",
      "create",
      "delete",
      "delete_index",
      "maintenance",
    ];
    for (const stream of Object.values(streams)) {
      expect(
        Object.keys(roles).filter((role) =>
          on(role, stream).some((privilege) => changing.includes(privilege)),
        ),
      ).toEqual(
        stream === streams.predictions || stream === streams.subjects
          ? ["log-settings", "log-eraser"]
          : ["log-settings"],
      );
      expect(on("log-shipper", stream)).toEqual(["create_doc", "auto_configure"]);
      expect(on("log-settings", stream)).toEqual(["manage"]);
    }
  });

  test("no role has all rights on the cluster, and none names an index by a pattern but what is restored and Elasticsearch's own history", () => {
    for (const role of Object.values(roles)) {
      for (const privilege of ["all", "manage", "manage_security"])
        expect(role.cluster).not.toContain(privilege);
    }
    const patterns = Object.values(roles).flatMap(({ indices }) =>
      indices.flatMap(({ names }) => names.filter((name) => name.includes("*"))),
    );
    expect(new Set(patterns)).toEqual(new Set(["restored-*", ".slm-history-*"]));
  });

  test("people only look at Kibana; the settings' account brings the searches; pipelines have no business there", () => {
    const inKibana = Object.fromEntries(
      Object.entries(roles).map(([name, role]) => [
        name,
        role.applications?.flatMap(({ privileges }) => [...privileges]),
      ]),
    );
    expect(inKibana).toEqual({
      "platform-admin": ["space_read"],
      "ml-engineer": ["space_read"],
      auditor: ["space_read"],
      pipeline: undefined,
      "log-shipper": undefined,
      "log-settings": ["space_all"],
    });
  });

  test("the role file starts every role in a line of its own, as Elasticsearch splits it", () => {
    const file = roleFile();
    expect(load(file)).toEqual(JSON.parse(JSON.stringify(roles)));
    expect(file.split("\n").filter((line) => /^\S/.test(line))).toEqual(
      Object.keys(roles).map((name) => `${name}:`),
    );
  });
});
