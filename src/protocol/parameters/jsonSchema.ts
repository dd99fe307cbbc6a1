import { z } from "zod";

import { parametersSchema } from "./schema.js";

/** The key by which a JSON file names its schema: for editors, and not a parameter. */
const SCHEMA_KEY = "$schema";

/**
 * The JSON schema of parameter files: `deploy/parameters/schema.json`. It knows fields, types and
 * ranges, but not the relations between fields, which only the deployment checks.
 */
export function parametersJsonSchema(): string {
  const { properties, ...schema } = z.toJSONSchema(parametersSchema, { io: "input" });
  const named = { [SCHEMA_KEY]: { type: "string" }, ...properties };
  return `${JSON.stringify({ title: "Deployment parameters of Breakwater", ...schema, properties: named }, null, 1)}\n`;
}

/** A parameter file's content without the name of its schema. */
export function withoutSchemaKey(input: unknown): unknown {
  if (typeof input !== "object" || input === null || !(SCHEMA_KEY in input)) return input;
  return Object.fromEntries(Object.entries(input).filter(([key]) => key !== SCHEMA_KEY));
}
