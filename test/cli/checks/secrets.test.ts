import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "..", "..", "..");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secrets-"));
  git("init", "--quiet");
});
afterEach(() => rmSync(folder, { recursive: true }));

function git(...args: string[]): string {
  return execFileSync(
    "git",
    ["-c", "user.name=test", "-c", "user.email=test@example.com", "-C", folder, ...args],
    { encoding: "utf8" },
  ).trim();
}

function commit(files: Record<string, string>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  git("add", ".");
  git("commit", "--quiet", "--no-verify", "-m", "change");
  return git("rev-parse", "--short", "HEAD");
}

function scan(): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "cli", "causeway.mjs"), "check", "secrets", folder],
    { encoding: "utf8" },
  );
  return { status, out: stdout, err: stderr };
}

/** Secrets of the kinds that leak, made up here so that the repository holds none. */
const hex = (length: number) => randomBytes(length).toString("hex").slice(0, length);
const secrets = {
  "private.pem": generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString(),
  "aws.env": `key: AKIA${hex(16).toUpperCase()}`,
  "github.txt": `token = ghp_${hex(36)}`,
  "pulumi.txt": `pul-${hex(40)}`,
  "grafana.txt": `glsa_${hex(32)}_${hex(8)}`,
};

it("finds each planted secret with file and line, shows none of them, and ends with 1", () => {
  commit(
    Object.fromEntries(
      Object.entries(secrets).map(([name, secret]) => [name, `first line\n${secret}\n`]),
    ),
  );
  const { status, err, out } = scan();
  expect(status).toBe(1);
  for (const [name, secret] of Object.entries(secrets)) {
    expect(err).toContain(`${name}:2: `);
    expect(err).not.toContain(secret);
  }
  expect(out).toBe("secrets: 5 files and 1 commits, 10 found\n");
});

it("finds a secret that a later commit took out, and names the commit that brought it", () => {
  const brought = commit({ "settings.yaml": `a: 1\n${secrets["aws.env"]}\n` });
  commit({ "settings.yaml": "a: 1\n" });
  const { status, err } = scan();
  expect(status).toBe(1);
  expect(err).toContain(`settings.yaml in commit ${brought}: aws-access-key: found a token`);
});

it("does not look away because a comment says so", () => {
  commit({
    "a.txt": "secretlint-disable\n",
    "b.txt": `secretlint-disable\n${secrets["github.txt"]}\n`,
  });
  const { status, err } = scan();
  expect(status).toBe(1);
  expect(err).toContain("b.txt:2: ");
});

it("is content with a repository without secrets", () => {
  commit({ "settings.yaml": 'account: "111122223333"\nsecure: AAABAExample\n' });
  expect(scan()).toEqual({ status: 0, out: "secrets: 1 files and 1 commits, 0 found\n", err: "" });
});
