import { readFile } from "node:fs/promises";

import { ParameterError, type SystemParameters, parseParameters } from "../protocol/parameters/convert.js";

/** Reads deployment parameters from a file. Throws a `ParameterError` if they cannot be used. */
export async function readParameters(path: string): Promise<SystemParameters> {
  const text = await readFile(path, "utf8");
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    throw new ParameterError(`${path}: must be JSON: ${(error as Error).message}`, { cause: error });
  }
  return parseParameters(input);
}
