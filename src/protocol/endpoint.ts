/** A node's URL without user and password, and the header that carries these secrets instead. */
export interface Endpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Endpoint of a node at `url`. User and password become a header, because no client accepts them in
 * a URL.
 */
export function endpointOf(url: string): Endpoint {
  const parsed = new URL(url);
  const { username, password } = parsed;
  if (username === "" && password === "") return { url, headers: {} };
  const secret = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  [parsed.username, parsed.password] = ["", ""];
  return {
    url: parsed.href,
    headers: { authorization: `Basic ${Buffer.from(secret).toString("base64")}` },
  };
}

/**
 * A URL that may be shown: without user, path and query, because providers put their keys there.
 */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return "(unreadable URL)";
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname.length > 1 || search !== "" ? "/..." : ""}`;
}

/** A library's text that may be shown: on one line, with no secrets in its URLs. */
export function redacted(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .trim()
    .replaceAll(/https?:\/\/[^\s"')]+/g, (url) => redactUrl(url));
}
