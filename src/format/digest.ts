import { createHash } from "node:crypto";

/** The SHA-256 digest of a text or of bytes, in hex. */
export function sha256(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex");
}
