/** Shapes of credentials that are recognised by their own form. */
const shapes: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: "an AWS access key id", pattern: /\b(AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { what: "a private key", pattern: /-----BEGIN ([A-Z]+ )*PRIVATE KEY-----/ },
  { what: "a GitHub token", pattern: /\bgh[pousr]_[A-Za-z0-9]{36,}\b/ },
  { what: "a Slack token", pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  {
    what: "a signed token",
    pattern: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  },
  { what: "a password in a URL", pattern: /\b[a-z][a-z0-9+]*:\/\/[^\s:@/]+:[^\s:@/]+@/ },
];

/** What credential a text holds, by its form; undefined where none is recognised. */
export function secretIn(text: string): string | undefined {
  return shapes.find(({ pattern }) => pattern.test(text))?.what;
}

/**
 * Whether a name says that its value is a credential, e.g. `DB_PASSWORD`; `TOKEN_FILE` and
 * `tokenUrl` name where one is.
 */
export function namesSecret(name: string): boolean {
  const words = name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
  return /(^|[_.-])(password|passwd|secret|token|api_?key|private_?key|access_?key|credentials?)$/.test(
    words,
  );
}
