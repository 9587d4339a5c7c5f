import { npmAudit, pipAudit } from "../../../cli/checks/vulnerabilities";

describe("npmAudit", () => {
  it("lists what is high or critical, and nothing below", () => {
    const entry = (severity: string, isDirect: boolean) => ({
      severity,
      isDirect,
      range: "<2.0.0",
    });
    expect(
      npmAudit(
        JSON.stringify({
          vulnerabilities: {
            a: entry("moderate", true),
            b: entry("high", true),
            c: entry("critical", false),
          },
        }),
      ),
    ).toEqual({
      kind: "asked",
      problems: ["npm b <2.0.0: high", "npm c <2.0.0: critical, through another package"],
    });
  });

  it("says why it could not ask", () => {
    expect(
      npmAudit(JSON.stringify({ message: "405 Method Not Allowed", statusCode: 405 })),
    ).toEqual({ kind: "unasked", reason: "405 Method Not Allowed" });
    expect(npmAudit("")).toEqual({ kind: "unasked", reason: "npm audit gave no report" });
  });
});

describe("pipAudit", () => {
  it("lists every vulnerability with its mended version", () => {
    const dependencies = [
      {
        name: "a",
        version: "1",
        vulns: [
          { id: "PYSEC-1", fix_versions: ["2"], aliases: [] },
          { id: "PYSEC-2", fix_versions: [] },
        ],
      },
      { name: "b", version: "1", vulns: [] },
    ];
    expect(pipAudit(JSON.stringify({ dependencies, fixes: [] }))).toEqual({
      kind: "asked",
      problems: ["PyPI a 1: PYSEC-1, mended in 2", "PyPI a 1: PYSEC-2, not mended yet"],
    });
  });

  it("takes a package that was skipped for not asked about, although the program ends with success", () => {
    const reason = "Dependency not found on PyPI and could not be audited: idna (3.6)";
    expect(
      pipAudit(
        JSON.stringify({ dependencies: [{ name: "idna", skip_reason: reason }], fixes: [] }),
      ),
    ).toEqual({ kind: "unasked", reason });
  });

  it("says that there was no report", () => {
    expect(pipAudit("ERROR")).toEqual({ kind: "unasked", reason: "pip-audit gave no report" });
  });
});
