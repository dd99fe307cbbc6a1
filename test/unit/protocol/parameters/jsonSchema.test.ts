import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { z } from "zod";

import { parseParameters, ParameterError } from "../../../../src/protocol/parameters/convert.js";
import { parametersJsonSchema } from "../../../../src/protocol/parameters/jsonSchema.js";

type Json = Record<string, unknown>;

const FOLDER = join("deploy", "parameters");
const json = (file: string): Json => JSON.parse(readFileSync(file, "utf8")) as Json;
const SCHEMA = join(FOLDER, "schema.json");
const FILES = readdirSync(FOLDER)
  .filter((name) => name !== "schema.json")
  .map((name) => join(FOLDER, name));

describe("The JSON schema of parameter files", () => {
  it("is that of the code", () => {
    const message = `${SCHEMA} differs from the code: run npx tsx scripts/docs.ts --update`;
    expect(readFileSync(SCHEMA, "utf8") === parametersJsonSchema(), message).to.equal(true);
  });

  it("is named by every parameter file, which it accepts", () => {
    const schema = z.fromJSONSchema(json(SCHEMA));
    expect(FILES).to.have.length.greaterThan(1);
    for (const file of FILES) {
      expect(json(file).$schema, file).to.equal("./schema.json");
      expect(schema.safeParse(json(file)).error, file).to.equal(undefined);
    }
  });

  it("refuses an unknown field, a number where text belongs, and a ratio out of range", () => {
    const schema = z.fromJSONSchema(json(SCHEMA));
    const good = json(FILES[0]!);
    const [asset, ...others] = good.assets as Json[];
    for (const wrong of [
      { ...good, colour: "blue" },
      { ...good, system: { ...(good.system as Json), dust: 1000 } },
      { ...good, assets: [{ ...asset, ltvBps: 70_000 }, ...others] },
    ])
      expect(schema.safeParse(wrong).success).to.equal(false);
  });
});

describe("A parameter file that names its schema", () => {
  it("has the same parameters as one that does not", () => {
    const { $schema, ...rest } = json(FILES[0]!);
    expect($schema).to.equal("./schema.json");
    expect(parseParameters(json(FILES[0]!))).to.deep.equal(parseParameters(rest));
    expect(parseParameters(json(FILES[0]!))).to.not.have.property("$schema");
  });

  it("may still have no other unknown field", () => {
    expect(() => parseParameters({ ...json(FILES[0]!), $colour: "blue" })).to.throw(
      ParameterError,
      "$colour",
    );
  });
});
