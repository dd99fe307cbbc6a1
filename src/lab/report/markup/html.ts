/** Markup that is printed without escaping. */
export interface Html {
  readonly html: string;
}

/** A value that `html` accepts. Text is escaped, markup is not. */
export type Part = string | number | Html | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters that HTML does not allow. */
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/**
 * `text` with all special characters escaped, for HTML text and quoted attributes. Control
 * characters that HTML does not allow become U+FFFD.
 */
export function escape(text: string): string {
  return text.replace(FORBIDDEN, "\ufffd").replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

/** Tagged template for markup. Values are escaped unless they are markup. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: pieces.map((piece, i) => piece + render(parts[i])).join("") };
}

/** Trusted markup: the output of `html`, or a constant. */
export function raw(markup: string): Html {
  return { html: markup };
}

/** `text` with no-break spaces between figures and units. */
export function tied(text: string): string {
  return text.replace(/(\d) (?=%|gwei|[A-Z])/g, "$1\u00a0");
}

/** JSON for the content of a script element. */
export function jsonScript(value: unknown): Html {
  return raw(
    JSON.stringify(value)
      .replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)
      .replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`),
  );
}

function render(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string") return escape(part);
  if (typeof part === "number") return escape(String(part));
  if (Array.isArray(part)) return (part as readonly Part[]).map(render).join("");
  return (part as Html).html;
}
