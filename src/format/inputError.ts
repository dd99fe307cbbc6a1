/**
 * An option, a value or a file cannot be used. The message is one line: the field, the value and
 * the allowed values.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** `text` in quotes on one line, cut to at most 100 characters. */
export function quote(text: string): string {
  const shown = JSON.stringify(text);
  return shown.length > 100 ? `${shown.slice(0, 96)}..."` : shown;
}
