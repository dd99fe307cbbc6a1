import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { Campaign, type Result } from "../../../../src/assurance/mutation/campaign.js";
import { Compiler } from "../../../../src/assurance/mutation/compiler.js";
import { type Mutant, apply } from "../../../../src/assurance/mutation/mutants.js";
import { Records } from "../../../../src/assurance/mutation/records.js";
import {
  type Equivalent,
  listed,
  parseEquivalents,
  score,
} from "../../../../src/assurance/mutation/report.js";
import { SolidityTests } from "../../../../src/assurance/mutation/solidityTests.js";
import { Sources } from "../../../../src/assurance/mutation/sources.js";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const FILE = "contracts/libraries/Tiny.sol";

/** Non-ASCII text before the code shows that offsets are bytes. */
const TINY = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;
// ü → a < b, 1 + 1
library Tiny {
    error TooLarge(uint256 value, uint256 max);
    function halfUp(uint256 x) internal pure returns (uint256) { return halfDown(x + 1); }
    function halfDown(uint256 x) internal pure returns (uint256) { return x / 2; }
    function share(uint256 part, uint256 whole) internal pure returns (uint256) {
        if (part > whole) revert TooLarge(part, whole);
        string memory text = "a < b";
        return bytes(text).length == 0 ? 0 : whole /* a - b */ - part;
    }
    function typed(bool b, uint256 x) internal pure returns (uint256) { return b ? x : 0; }
    function unused(uint256 x, uint256 y) internal pure returns (uint256 z) {
        z = typed(true, x);
        if (!(x == y && y != 0)) z <<= 3;
    }
}
`;

/** Source for the operators on members, writes and events. No test runs it. */
const BOOKS_FILE = "contracts/Books.sol";
const BOOKS = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;
library Small { function min(uint256 x, uint256 y) internal pure returns (uint256) { return x < y ? x : y; } }
contract Books {
    struct Price { uint256 liquidation; uint256 low; uint256 high; }
    struct Round { uint256 startedAt; uint256 updatedAt; uint256 low; }
    event Changed(uint256 change, uint256 cash, uint256 rest, address by);
    uint256 private _cash;
    uint256 private _debt;
    function bounded(uint256 x) private pure returns (uint256) { return x; }
    function take(uint256 paid, Price memory p, Round memory r) external {
        uint256 cash = bounded(_cash - paid);
        uint256 rest = p.liquidation;
        rest += r.updatedAt;
        (_cash, _debt) = (cash, Small.min(paid, p.high));
        (, uint256 low) = (r.low, 0);
        emit Changed(paid, cash, rest, msg.sender);
        emit Changed(low, _cash - paid, paid, address(this));
    }
}
`;

const TEST = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;
import {Test} from "forge-std/Test.sol";
import {Tiny} from "../../../contracts/libraries/Tiny.sol";
contract TinyTest is Test {
    function share(uint256 part, uint256 whole) external pure returns (uint256) { return Tiny.share(part, whole); }
    function testFuzz_half(uint128 x) public pure {
        assertEq(Tiny.halfDown(x), uint256(x) >> 1);
        assertEq(Tiny.halfUp(x), (uint256(x) + 1) >> 1);
    }
    function test_share() public {
        assertEq(Tiny.share(3, 10), 7);
        vm.expectRevert(abi.encodeWithSelector(Tiny.TooLarge.selector, 11, 10));
        this.share(11, 10);
    }
}
`;

describe("mutation testing", () => {
  let root: string;
  let campaign: Campaign;
  let mutants: Mutant[];
  let results: Result[];
  const notes: string[] = [];

  let solidity: SolidityTests;
  const start = (): Campaign => {
    const sources = new Sources(root);
    const records = new Records(join(root, "cache/records.jsonl"));
    const note = (line: string): void => void notes.push(line);
    return new Campaign(sources, new Compiler(sources), solidity, undefined, records, () => false, note);
  };

  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };

  const becomes = (operator: string): string[] =>
    mutants.filter((m) => m.operator === operator).map((m) => `${m.original} -> ${m.replacement}`);

  const of = (line: RegExp): Result => {
    const found = results.filter((r) => line.test(r.mutant.becomes));
    expect(found, String(line)).to.have.length(1);
    return found[0]!;
  };

  before(async () => {
    root = mkdtempSync(join(tmpdir(), "mutation-test-"));
    symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
    write("package.json", "{}");
    write("remappings.txt", "forge-std/=node_modules/@layerzerolabs/toolbox-foundry/lib/forge-std/\n");
    write(FILE, TINY);
    write("test/contracts/libraries/Tiny.t.sol", TEST);
    write(BOOKS_FILE, BOOKS);
    solidity = new SolidityTests(root);
    campaign = start();
    mutants = campaign.mutants(FILE, { sample: undefined, seed: 1 });
    results = await campaign.run(FILE, mutants, true);
  });
  after(() => {
    solidity.close();
    rmSync(root, { recursive: true, force: true });
  });

  it("changes what each operator names, and nothing in comments or strings", () => {
    expect(becomes("comparison")).to.deep.equal(["> -> >=", "> -> <=", "== -> !=", "== -> !=", "!= -> =="]);
    expect(becomes("arithmetic")).to.deep.equal(["+ -> -", "/ -> *", "- -> +", "<<= -> >>="]);
    expect(becomes("rounding")).to.deep.equal(["halfDown -> halfUp"]);
    expect(becomes("removed check")).to.deep.equal(["if (part > whole) revert TooLarge(part, whole); -> {}"]);
    expect(becomes("swapped arguments")).to.deep.equal(["part, whole -> whole, part", "true, x -> x, true"]);
    expect(becomes("boolean")).to.deep.equal(["! -> ", "&& -> ||"]);
    expect(becomes("deleted statement")).to.deep.equal(["z = typed(true, x); -> {}", "z <<= 3; -> {}"]);
    expect(becomes("constant")).to.include.members(["1 -> (1 + 1)", "2 -> (2 - 1)", "0 -> (0 + 1)"]);
    expect(becomes("constant")).to.not.include("0 -> (0 - 1)");
  });

  it("takes one figure for another, a minimum for a maximum, and the old value for the new", () => {
    const books = campaign.mutants(BOOKS_FILE, { sample: undefined, seed: 1 });
    const of = (operator: string): string[] =>
      books.filter((m) => m.operator === operator).map((m) => `${m.original} -> ${m.replacement}`);
    expect(of("other member")).to.deep.equal([
      ...[
        "liquidation -> low",
        "liquidation -> high",
        "updatedAt -> startedAt",
        "high -> liquidation",
        "high -> low",
      ],
      ...["low -> liquidation", "low -> high"],
    ]);
    expect(of("minimum")).to.deep.equal(["min -> max"]);
    expect(of("dropped write")).to.deep.equal(["_cash -> ", "_debt -> "]);
    expect(of("stale event")).to.deep.equal([
      ...["cash -> cash + (paid)", "rest -> rest - (r.updatedAt)", "_cash - paid -> _cash"],
    ]);
  });

  it("changes exactly the range it names", () => {
    for (const m of mutants) {
      const mutated = Buffer.from(apply(TINY, m));
      const tail = Buffer.from(TINY).subarray(m.range.end);
      expect(mutated.subarray(-tail.length).equals(tail)).to.equal(true);
      expect(
        mutated.subarray(0, m.range.start).equals(Buffer.from(TINY).subarray(0, m.range.start)),
      ).to.equal(true);
      expect(apply(TINY, m)).to.not.equal(TINY);
    }
  });

  it("kills what the tests notice and names the test", () => {
    expect(of(/return x \* 2/)).to.include({ status: "killed", by: "TinyTest.testFuzz_half" });
    expect(of(/TooLarge\(whole, part\)/)).to.include({ status: "killed", by: "TinyTest.test_share" });
    expect(results.find((r) => r.mutant.operator === "removed check")).to.include({
      status: "killed",
      by: "TinyTest.test_share",
    });
  });

  it("lets survive what they do not: a boundary nobody tries, a function nobody calls", () => {
    expect(of(/part >= whole/).status).to.equal("survived");
    expect(of(/x != y/).status).to.equal("survived");
  });

  it("does not count what does not compile", () => {
    expect(results.filter((r) => r.status === "invalid").map((r) => r.mutant.replacement)).to.deep.equal([
      "x, true",
    ]);
    expect(results).to.have.length(mutants.length);
  });

  it("goes on where it was: nothing is tried twice", async () => {
    notes.length = 0;
    const again = await start().run(FILE, mutants, true);
    expect(notes).to.deep.equal([]);
    expect(again.map((r) => [r.status, r.by])).to.deep.equal(results.map((r) => [r.status, r.by]));
  });

  it("draws the same sample for the same seed, and another for another", () => {
    const draw = (seed: number) => campaign.mutants(FILE, { sample: 6, seed });
    expect(draw(1)).to.have.length(6);
    expect(draw(1)).to.deep.equal(draw(1));
    expect(draw(1)).to.not.deep.equal(draw(2));
  });

  it("draws a sample of several files together", () => {
    const other = FILE.replace("Tiny", "Other");
    write(other, TINY.replace("library Tiny", "library Other"));
    const sizes = (sample: number | undefined) =>
      [...campaign.draw([FILE, other], { sample, seed: 1 }).values()].map((list) => list.length);
    expect(sizes(undefined)).to.deep.equal([mutants.length, mutants.length]);
    const [few = 0, others = 0] = sizes(mutants.length);
    expect(few + others).to.equal(mutants.length);
    expect(Math.min(few, others)).to.be.greaterThan(0);
  });

  it("refuses tests that fail without any mutant", async () => {
    write("test/contracts/libraries/Tiny.t.sol", TEST.replace("share(3, 10), 7", "share(3, 10), 8"));
    const failure = await start()
      .run(FILE, mutants, true)
      .then(
        () => "",
        (error: unknown) => String(error),
      );
    expect(failure).to.contain("fails without any mutant: TinyTest.test_share");
    write("test/contracts/libraries/Tiny.t.sol", TEST);
  });

  it("takes an explained survivor out of the score, and reports an explanation that is wrong", () => {
    const entry = ({ mutant: { was, becomes } }: Result): Equivalent => ({
      file: FILE,
      was,
      becomes,
      reason: "a reason of at least twenty letters",
    });
    const survivor = entry(of(/part >= whole/));
    expect(score(results, [survivor])).to.be.greaterThan(score(results, []));
    expect(listed(results, [survivor]).survivors).to.have.length(listed(results, []).survivors.length - 1);
    expect(listed(results, [survivor]).wrong).to.deep.equal([]);
    expect(listed(results, [entry(of(/return x \* 2/))]).wrong[0]).to.contain(
      "killed by TinyTest.testFuzz_half",
    );
    expect(listed(results, [{ ...survivor, becomes: "nothing" }]).wrong[0]).to.contain("no such mutant");
    const without = results.filter((r) => r.mutant !== of(/part >= whole/).mutant);
    expect(listed(without, [survivor]).wrong).to.have.length(1);
    expect(listed(without, [survivor], { [FILE]: mutants }).wrong, "not drawn").to.deep.equal([]);
    expect(() => parseEquivalents([{ ...survivor, reason: "because" }])).to.throw();
  });
}).timeout(300_000);
