import { expect } from "chai";

import { debtUp } from "../../../../src/model/math/debtMath.js";
import { type Outcome, decide } from "../../../../src/model/math/liquidationMath.js";
import { type Lemma, type Question, questions } from "../../../../src/assurance/proof/lemma.js";
import { RATIONAL } from "../../../../src/assurance/proof/rational.js";
import { LINKS, ROUNDING } from "../../../../src/assurance/proof/rounding.js";
import { settle } from "../../../../src/assurance/proof/solver.js";
import { type Case, cases, violations } from "../../../../src/assurance/proof/world.js";

const LEMMAS = [...RATIONAL, ...ROUNDING];

const square = (claim: string): Lemma => ({
  name: "square",
  says: "a square is not negative",
  sort: "Int",
  variables: ["x"],
  hypotheses: { positive: { says: "x > 0", term: "(> x 0)" } },
  claim: { says: claim, term: claim },
  canaries: [{ says: "without a sign", hypothesis: "positive" }],
});

const holds = async (lemma: Lemma): Promise<boolean[]> =>
  (await settle(questions(lemma), 10_000)).map((s) => s.holds);

describe("the proof of the bonus bound", () => {
  it("proves every lemma, satisfies its hypotheses and breaks it by every canary", async () => {
    const settled = await settle(LEMMAS.flatMap(questions), 30_000);
    const failed = settled.filter((s) => !s.holds);
    expect(failed.map((s) => `${s.question.lemma}: ${s.question.says}: ${s.answer}`)).to.deep.equal([]);
  }).timeout(120_000);

  it("uses a conclusion only after a lemma proved that very term", () => {
    const proved = new Set<string>();
    for (const lemma of ROUNDING) {
      for (const h of Object.values(lemma.hypotheses)) {
        if (LINKS.includes(h)) expect(proved, `${lemma.name}: ${h.says}`).to.include(h.term);
      }
      proved.add(lemma.claim.term);
    }
    expect([...proved]).to.include.members(LINKS.map((link) => link.term));
  });

  it("names every lemma once", () => {
    expect(new Set(LEMMAS.map((l) => l.name)).size).to.equal(LEMMAS.length);
  });
});

describe("the prover", () => {
  it("proves what is true and finds the canary's counterexample", async () => {
    expect(await holds(square("(> (* x x x) 0)"))).to.deep.equal([true, true, true]);
  });

  it("does not prove what is false", async () => {
    expect((await holds(square("(> (* x x) 1)")))[0]).to.equal(false);
  });

  it("notices hypotheses that cannot hold, from which everything follows", async () => {
    const empty = { says: "x > 0 and x < 0", term: "(and (> x 0) (< x 0))" };
    const lemma = { ...square("(= x 7)"), hypotheses: { positive: empty } };
    expect(await holds(lemma)).to.deep.equal([true, false, true]);
  });

  it("notices a canary that breaks nothing", async () => {
    expect(await holds(square("(>= (* x x) 0)"))).to.deep.equal([true, true, false]);
  });

  it("takes neither a timeout nor a malformed question for an answer", async () => {
    const fermat =
      "(declare-const x Int)(declare-const y Int)(declare-const z Int)" +
      "(assert (and (> x 0) (> y 0) (> z 0) (= (+ (* x x x) (* y y y)) (* z z z))))";
    const ask = (script: string): Question => ({
      lemma: "",
      says: "",
      script,
      assertions: 1,
      expected: "unsat",
    });
    const settled = await settle([ask(fermat), ask("(assert nonsense)")], 200);
    expect(settled[0]?.answer).to.equal("unknown");
    expect(settled[1]?.answer).to.contain("error");
    expect(settled.map((s) => s.holds)).to.deep.equal([false, false]);
  });

  it("notices that the solver read fewer assertions than were made", async () => {
    const script = "(assert false)";
    const question: Question = { lemma: "", says: "", script, assertions: 2, expected: "unsat" };
    expect((await settle([question], 1_000))[0]?.answer).to.contain("read 1 assertions of 2");
  });

  it("refuses a canary that names no hypothesis", () => {
    const lemma: Lemma = { ...square("true"), canaries: [{ says: "", hypothesis: "none" }] };
    expect(() => questions(lemma)).to.throw("no hypothesis is called none");
  });
});

describe("the small world", () => {
  /** The first acting case at C > D and LT 0.8 that fits, and the model's outcome. */
  function sample(fits: (c: Case, o: Outcome) => boolean): [Case, Outcome] {
    for (const c of cases()) {
      const o = decide(c.position, c.asset, c.limits);
      const solvent = c.position.value > debtUp(c.position.scaledDebt, c.position.index);
      const plain = solvent && c.asset.threshold === 8_000n;
      if (o.verdict === "executable" && plain && fits(c, o)) return [c, o];
    }
    throw new Error("no such case");
  }

  const partial = sample((c, o) => o.seized < c.asset.amount && o.scaledRepaid < c.position.scaledDebt);
  const free = sample(
    (c, o) => c.limits.dust === 0n && !o.limited && o.seized < c.asset.amount && o.repaid > 1n,
  );

  const broken = ([c, o]: [Case, Outcome], change: Partial<Outcome>) => violations(c, { ...o, ...change });

  it("finds nothing broken in what the model returns", () => {
    expect(violations(...partial)).to.deep.equal([]);
    expect(violations(...free)).to.deep.equal([]);
  });

  it("sees a seizure of all the collateral for a part of the debt", () => {
    expect(broken(partial, { seized: partial[0].asset.amount })).to.include.members([
      "the loss is at most (1 + b) r",
    ]);
  });

  it("sees a ratio that falls", () => {
    const [c, o] = partial;
    const all = { ...c, position: { ...c.position, value: debtUp(c.position.scaledDebt, c.position.index) } };
    expect(violations(all, { ...o, seized: c.asset.amount })).to.include("C / D is not lowered");
  });

  it("sees a bonus that the vault cannot afford", () => {
    expect(broken(partial, { bonus: 10n ** 20n })).to.include.members([
      "(1 + b) D <= C",
      "(1 + b) LT D <= W",
    ]);
  });

  it("sees debt removed that nobody paid for", () => {
    expect(broken(partial, { repaid: 0n })).to.deep.equal([
      "the payer pays for all the debt removed, and no more than the debt",
    ]);
  });

  it("sees a repayment that stops short of the target", () => {
    expect(broken(free, { scaledRepaid: 0n, seized: 0n })).to.include(
      "the target is reached unless a limit, the asset or the debt ends first",
    );
  });
});
