/** The parts of an IAM policy document that Causeway writes; see the IAM JSON policy reference. */
export interface Statement {
  /** What the statement is for, in the words of the reader of a log. */
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?:
    "*" | Readonly<Partial<Record<"AWS" | "Service" | "Federated", string | readonly string[]>>>;
  readonly Action: readonly string[];
  /** Absent only where the service forbids it: in the trust policy of a role. */
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

/** A policy document of version 2012-10-17. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** A document of these statements. */
export function policyDocument(...statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/**
 * The text of a document, as the resources take it: plain text, so that a policy rule can read it
 * before anything exists.
 */
export function policyText(document: PolicyDocument): string {
  return JSON.stringify(document);
}
