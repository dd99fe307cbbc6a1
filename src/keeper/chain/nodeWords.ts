import { redacted } from "../../protocol/endpoint.js";

/** An error on one line: the node's message about a refused request, or else the library's. */
export function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { shortMessage } = error as { shortMessage?: unknown };
  const { error: inner, info } = error as {
    error?: { message?: unknown };
    info?: { error?: { message?: unknown } };
  };
  const nested = inner?.message ?? info?.error?.message;
  const text =
    typeof nested === "string" ? nested : typeof shortMessage === "string" ? shortMessage : error.message;
  return redacted(text);
}
