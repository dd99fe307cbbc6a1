/** A node's URL without the secrets that stand in it as user and password, and the header that carries them instead. */
export interface Endpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What to ask a node at `url`: user and password, which no client takes in a URL, become a header. */
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

/** A URL as it may be shown: without user, path and query, where providers put their keys. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return "(unreadable URL)";
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname.length > 1 || search !== "" ? "/..." : ""}`;
}

/** Text of a library as it may be shown: on one line, and no URL with its secrets. */
export function redacted(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .trim()
    .replaceAll(/https?:\/\/[^\s"')]+/g, (url) => redactUrl(url));
}
