import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";

/** What a database of vulnerabilities said, or why it could not be asked. */
export type Audit =
  | { readonly kind: "asked"; readonly problems: readonly string[] }
  | { readonly kind: "unasked"; readonly reason: string };

const failing = ["high", "critical"] as const;

const npmReport = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({ severity: z.string(), range: z.string(), isDirect: z.boolean() }),
  ),
});
const npmError = z.object({ message: z.string() });

/**
 * Reads the answer of `npm audit --json`: vulnerabilities of high and critical severity are
 * problems.
 */
export function npmAudit(output: string): Audit {
  const answer = parsed(output);
  const report = npmReport.safeParse(answer);
  if (!report.success)
    return {
      kind: "unasked",
      reason: npmError.safeParse(answer).data?.message ?? "npm audit gave no report",
    };
  const problems = Object.entries(report.data.vulnerabilities).filter(([, { severity }]) =>
    failing.some((one) => one === severity),
  );
  return {
    kind: "asked",
    problems: problems.map(
      ([name, { severity, range, isDirect }]) =>
        `npm ${name} ${range}: ${severity}${isDirect ? "" : ", through another package"}`,
    ),
  };
}

const dependency = z.object({
  name: z.string(),
  version: z.string().optional(),
  skip_reason: z.string().optional(),
  vulns: z.array(z.object({ id: z.string(), fix_versions: z.array(z.string()) })).default([]),
});
const pipReport = z.object({ dependencies: z.array(dependency) });

/**
 * Reads the answer of `pip-audit --format json`. It knows no severities, so every vulnerability is
 * a problem; packages that it skipped were not asked about, although it calls them free of any.
 */
export function pipAudit(output: string): Audit {
  const report = pipReport.safeParse(parsed(output));
  if (!report.success) return { kind: "unasked", reason: "pip-audit gave no report" };
  const [skipped] = report.data.dependencies.filter(({ skip_reason }) => skip_reason !== undefined);
  if (skipped !== undefined) return { kind: "unasked", reason: skipped.skip_reason ?? "" };
  return {
    kind: "asked",
    problems: report.data.dependencies.flatMap(({ name, version, vulns }) =>
      vulns.map(
        ({ id, fix_versions }) =>
          `PyPI ${name} ${version}: ${id}, ${fix_versions.length > 0 ? `mended in ${fix_versions.join(", ")}` : "not mended yet"}`,
      ),
    ),
  };
}

/** Asks about the npm packages of a project's lock. */
export function auditNpm(project: string): Audit {
  return npmAudit(
    spawnSync("npm", ["audit", "--json"], { cwd: project, encoding: "utf8", maxBuffer: 1 << 28 })
      .stdout ?? "",
  );
}

/** Asks about the Python packages of the lock, where pip-audit is installed. */
export function auditPython(training: string): Audit {
  const run = spawnSync(
    "pip-audit",
    [
      "--requirement",
      join(training, "requirements.lock"),
      "--require-hashes",
      "--disable-pip",
      "--progress-spinner",
      "off",
      "--format",
      "json",
    ],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  return run.error
    ? { kind: "unasked", reason: "pip-audit is not installed (pipx install pip-audit)" }
    : pipAudit(run.stdout);
}

function parsed(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}
