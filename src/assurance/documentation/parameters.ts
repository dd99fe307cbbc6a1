import { z } from "zod";

import { Settings } from "../../lab/config/settings.js";
import { parametersSchema } from "../../protocol/parameters/schema.js";

/** The fields of a parameter's JSON schema that a table shows. */
interface Schema {
  readonly type?: string;
  readonly const?: string;
  readonly anyOf?: readonly Schema[];
  readonly default?: string | number | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
}

const SECTIONS = ["governance", "rate", "system", "assets", "volatility", "breaker", "auction"] as const;
export type Section = (typeof SECTIONS)[number];

/**
 * A table of a section of the deployment parameters, from their schema: name, default, allowed
 * values.
 */
export function deploymentTable(section: Section): string {
  const root = z.toJSONSchema(parametersSchema, { io: "input" }) as Schema;
  const part = root.properties?.[section] ?? {};
  const { properties = {}, required = [] } = part.items ?? part;
  const rows = Object.entries(properties).flatMap(([name, schema]): string[][] => {
    // Objects, and choices between objects, are described in prose.
    const isAccount = schema.anyOf?.every((one) => one.type === "string") === true;
    if (!isAccount && (schema.type === undefined || schema.type === "object")) return [];
    return [[`\`${name}\``, defaultOf(schema, required.includes(name)), allowedOf(schema)]];
  });
  return markdown(["parameter", "default", "allowed"], rows);
}

/**
 * A table of a section of the lab's settings (for an asset's section: those of WETH): name and
 * default, in words if a unit helps.
 */
export function settingsTable(section: string): string {
  const names = new Settings(["WETH"], []).names().map((text) => /^([^.]+)\.([^=]+)=(.*)$/.exec(text));
  const rows = names.flatMap((match): string[][] => {
    const [, of = "", key = "", value = ""] = match ?? [];
    return of === section ? [[`\`${of}.${key}\``, value, inWords(key, value)]] : [];
  });
  return markdown(["setting", "default", ""], rows);
}

export const DEPLOYMENT_SECTIONS: readonly Section[] = SECTIONS;

/**
 * The default of a setting of the lab, in the unit in which a document states it ("" for the
 * setting's own unit); null if there is no such setting.
 */
export function defaultIn(section: string, key: string, unit: string): number | null {
  const line = new Settings(["WETH"], []).names().find((text) => text.startsWith(`${section}.${key}=`));
  if (line === undefined) return null;
  const value = Number(line.slice(line.indexOf("=") + 1));
  if (unit === "") return value;
  const per: Readonly<Record<string, number>> = key.endsWith("Bps")
    ? { "%": 100, bps: 1 }
    : key.endsWith("Seconds")
      ? { s: 1, min: 60, h: 3600, day: 86_400, days: 86_400 }
      : { "%": 0.01, million: 1e6 };
  return value / (per[unit] ?? Number.NaN);
}

function defaultOf({ default: value }: Schema, isRequired: boolean): string {
  if (value === undefined) return isRequired ? "none: must be given" : "left out";
  return String(value);
}

function allowedOf({ type, minimum, maximum, pattern, anyOf }: Schema): string {
  if (anyOf !== undefined) {
    const names = anyOf.flatMap((one) => (one.const === undefined ? [] : [`"${one.const}"`]));
    return [...names, "an address"].join(" or ");
  }
  if (type === "boolean") return "true, false";
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  return pattern?.startsWith("^\\d") === true ? "a decimal number in quotes" : "text";
}

function inWords(key: string, value: string): string {
  if (key.endsWith("Bps")) return `${Number(value) / 100} %`;
  if (!key.endsWith("Seconds")) return "";
  const seconds = Number(value);
  for (const [unit, length] of [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
  ] as const)
    if (seconds >= length && seconds % length === 0) return `${seconds / length} ${unit}`;
  return `${seconds} s`;
}

/** A table in Prettier's format. */
function markdown(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, i) => Math.max(3, ...all.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(headings), line(widths.map((w) => "-".repeat(w))), ...rows.map(line)].join("\n");
}
