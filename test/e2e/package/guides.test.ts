import { readFileSync } from "node:fs";

import { expect } from "chai";

import { mocksIn, parseParameters } from "../../../src/protocol/parameters/convert.js";

const guide = (name: string): string => readFileSync(`docs/guides/${name}.md`, "utf8");

describe("the guides", () => {
  it("add a network with parameters that the deploy command accepts for a live chain", () => {
    const [, block = ""] = /```json\n([\s\S]*?)```/.exec(guide("add-a-network")) ?? [];
    const parameters = parseParameters(JSON.parse(block));
    expect(mocksIn(parameters)).to.deep.equal([]);
    expect(parameters.assets[0]).to.include({ sequenced: true, composed: true });
  });

  it("name files, scripts and exports that exist", () => {
    const { exports: exported, scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
      exports: Record<string, unknown>;
      scripts: Record<string, string>;
    };
    for (const name of ["use-the-package", "add-a-network", "verify-contracts"]) {
      const text = guide(name);
      for (const [, link = ""] of text.matchAll(/\]\(([^)]+)\)/g))
        expect(
          () => readFileSync(new URL(link, new URL(`../../../docs/guides/`, import.meta.url))),
          link,
        ).to.not.throw();
      for (const [, script = ""] of text.matchAll(/npm run ([\w:-]+)/g))
        expect(scripts).to.have.property(script);
      for (const [, path = ""] of text.matchAll(/`((?:src|examples|contracts)\/[\w./-]+\.\w+)`/g))
        expect(() => readFileSync(path), path).to.not.throw();
    }
    expect(exported).to.include.all.keys(".", "./model", "./abi/*.json", "./contracts/*");
  });
});
