import { z } from "zod";

import { parametersSchema } from "./schema.js";

/** The key that names the schema of a JSON file. It is for editors, and no parameter. */
const SCHEMA_KEY = "$schema";

/**
 * The JSON schema of parameter files: `deploy/parameters/schema.json`. It covers fields, types and
 * ranges. Only the deployment checks relations between fields.
 */
export function parametersJsonSchema(): string {
  const { properties, ...schema } = z.toJSONSchema(parametersSchema, { io: "input" });
  const named = { [SCHEMA_KEY]: { type: "string" }, ...properties };
  return `${JSON.stringify({ title: "Deployment parameters of Breakwater", ...schema, properties: named }, null, 1)}\n`;
}

/** Content of a parameter file without the key of its schema. */
export function withoutSchemaKey(input: unknown): unknown {
  if (typeof input !== "object" || input === null || !(SCHEMA_KEY in input)) return input;
  return Object.fromEntries(Object.entries(input).filter(([key]) => key !== SCHEMA_KEY));
}
