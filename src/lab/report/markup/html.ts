/** Markup that is safe to print as it is. */
export interface Html {
  readonly html: string;
}

/** What `html` accepts between its pieces: text is escaped, markup is not. */
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

/** `text` with everything escaped that means something in HTML, in text and in quoted attributes. */
export function escape(text: string): string {
  return text.replace(FORBIDDEN, "\ufffd").replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

/** Tagged template: the pieces are markup, what stands between them is escaped unless it is markup itself. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: pieces.map((piece, i) => piece + render(parts[i])).join("") };
}

/** Markup made elsewhere (by `html`, or constant). */
export function raw(markup: string): Html {
  return { html: markup };
}

/** `text` with figures tied to their units, so that no line breaks between them. */
export function tied(text: string): string {
  return text.replace(/(\d) (?=%|gwei|[A-Z])/g, "$1\u00a0");
}

/** JSON to stand inside a script element. */
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
