/** A query in the search server's own language. */
export type Query = { readonly [kind: string]: unknown };

/**
 * Translates the part of Kibana's query language that the saved searches use: `field : value`,
 * `field : (one or another)`, `field : *`, `field >= number`, `and`, `or`, `not` and parentheses.
 * Throws SyntaxError for anything else.
 */
export function queryFrom(text: string): Query {
  const tokens = text.match(/[():]|>=|<=|[^\s():<>=]+/g) ?? [];
  if (tokens.join("") !== text.replaceAll(/\s/g, ""))
    throw new SyntaxError(`${text}: has signs that are not translated`);
  if (tokens.length === 0) return { match_all: {} };
  const parser = new Parser(tokens, text);
  return parser.whole();
}

class Parser {
  #at = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly text: string,
  ) {}

  whole(): Query {
    const query = this.#either();
    if (this.#at < this.tokens.length) throw this.#wrong();
    return query;
  }

  #either(): Query {
    const parts = [this.#both()];
    while (this.#take("or")) parts.push(this.#both());
    return parts.length === 1 && parts[0]
      ? parts[0]
      : { bool: { should: parts, minimum_should_match: 1 } };
  }

  #both(): Query {
    const parts = [this.#one()];
    while (this.#take("and")) parts.push(this.#one());
    return parts.length === 1 && parts[0] ? parts[0] : { bool: { filter: parts } };
  }

  #one(): Query {
    if (this.#take("not")) return { bool: { must_not: [this.#one()] } };
    if (this.#take("(")) {
      const inner = this.#either();
      if (!this.#take(")")) throw this.#wrong();
      return inner;
    }
    const field = this.#word();
    if (this.#take(">=")) return { range: { [field]: { gte: Number(this.#word()) } } };
    if (this.#take("<=")) return { range: { [field]: { lte: Number(this.#word()) } } };
    if (!this.#take(":")) throw this.#wrong();
    return this.#take("(") ? this.#values(field) : value(field, this.#word());
  }

  #values(field: string): Query {
    const values = [value(field, this.#word())];
    while (this.#take("or")) values.push(value(field, this.#word()));
    if (!this.#take(")")) throw this.#wrong();
    return { bool: { should: values, minimum_should_match: 1 } };
  }

  #take(token: string): boolean {
    if (this.tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #word(): string {
    const word = this.tokens[this.#at];
    if (word === undefined || /^[():]$|^[<>]=$|^(?:and|or|not)$/.test(word)) throw this.#wrong();
    this.#at += 1;
    return word;
  }

  #wrong(): SyntaxError {
    return new SyntaxError(
      `${this.text}: got ${JSON.stringify(this.tokens[this.#at] ?? "its end")} as word ${this.#at + 1}, which is not translated there`,
    );
  }
}

function value(field: string, word: string): Query {
  return word === "*" ? { exists: { field } } : { match: { [field]: word } };
}
