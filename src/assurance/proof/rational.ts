import type { Lemma, Term } from "./lemma.js";

/**
 * The formulas of docs/concepts/liquidation.md over the reals, without rounding.
 * C value of all collateral, D debt, W adjusted collateral (so HF = W / D), LT threshold of the
 * seized asset, b bonus, r debt removed, s value seized, T target health; low, high, slope: the
 * bonus parameters.
 */
const bonus = (...bounds: string[]): string => `(= b ${atLeast("0", smallest(bounds))})`;
const RAMP = "(+ low (* slope (- 1 (/ W D))))";
const HEALTH_BOUND = "(- (/ W (* D LT)) 1)";
const RATIO_BOUND = "(- (/ C D) 1)";

const debt: Term = { says: "D > 0", term: "(> D 0)" };
const threshold: Term = { says: "0 < LT < 1", term: "(and (> LT 0) (< LT 1))" };
const solvent: Term = { says: "C >= D", term: "(>= C D)" };
const seizable: Term = { says: "LT <= HF", term: "(<= (* LT D) W)" };
const unhealthy: Term = { says: "0 <= HF < 1", term: "(and (>= W 0) (< W D))" };
const target: Term = { says: "T > 1", term: "(> T 1)" };
const parameters: Term = {
  says: "0 <= low <= high, slope >= 0",
  term: "(and (<= 0 low) (<= low high) (>= slope 0))",
};
const formula: Term = {
  says: "b = max(0, min(high, low + slope (1 - HF), HF / LT - 1, C / D - 1))",
  term: bonus("high", RAMP, HEALTH_BOUND, RATIO_BOUND),
};
const removed: Term = { says: "0 <= r <= D", term: "(and (>= r 0) (<= r D))" };
const seized: Term = {
  says: "0 <= s <= (1 + b) r",
  term: "(and (>= s 0) (<= s (* (+ 1 b) r)))",
};
const seizedExactly: Term = { says: "s = (1 + b) r", term: "(= s (* (+ 1 b) r))" };
const partly: Term = { says: "0 <= r < D", term: "(and (>= r 0) (< r D))" };
const affordable: Term = { says: "0 <= b and 1 + b <= C / D", term: "(and (>= b 0) (<= (* (+ 1 b) D) C))" };
const healthy: Term = {
  says: "0 <= b and (1 + b) LT <= HF",
  term: "(and (>= b 0) (<= (* (+ 1 b) LT D) W))",
};
const toTarget: Term = {
  says: "r (T - (1 + b) LT) = D (T - HF)",
  term: "(= (* r (- T (* (+ 1 b) LT))) (- (* D T) W))",
};

const formulaVariables = ["C", "D", "W", "LT", "b", "low", "high", "slope"];
const region = { debt, threshold, solvent, seizable, unhealthy, parameters, formula };

export const RATIONAL: readonly Lemma[] = [
  {
    name: "bonus within C / D",
    says: "while C >= D, 1 + b <= C / D",
    sort: "Real",
    variables: formulaVariables,
    hypotheses: region,
    claim: affordable,
    canaries: [
      {
        says: "without the bound C / D - 1",
        hypothesis: "formula",
        weakened: bonus("high", RAMP, HEALTH_BOUND),
      },
      { says: "at C < D", hypothesis: "solvent" },
    ],
  },
  {
    name: "bonus within HF / LT",
    says: "while LT <= HF, (1 + b) LT <= HF",
    sort: "Real",
    variables: formulaVariables,
    hypotheses: region,
    claim: healthy,
    canaries: [
      {
        says: "without the bound HF / LT - 1",
        hypothesis: "formula",
        weakened: bonus("high", RAMP, RATIO_BOUND),
      },
      { says: "at LT > HF", hypothesis: "seizable" },
    ],
  },
  {
    name: "bonus nothing below C = D",
    says: "at C < D the bonus is 0",
    sort: "Real",
    variables: formulaVariables,
    hypotheses: { debt, threshold, unhealthy, parameters, formula, bad: { says: "C < D", term: "(< C D)" } },
    claim: { says: "b = 0", term: "(= b 0)" },
    canaries: [{ says: "at C >= D", hypothesis: "bad", weakened: "(>= C D)" }],
  },
  {
    name: "C / D not lowered",
    says: "(C - s) / (D - r) >= C / D, for every r up to D and every s up to (1 + b) r",
    sort: "Real",
    variables: ["C", "D", "b", "r", "s"],
    hypotheses: { debt, affordable, removed, seized },
    claim: { says: "(C - s) D >= C (D - r)", term: "(>= (* (- C s) D) (* C (- D r)))" },
    canaries: [
      { says: "without 1 + b <= C / D", hypothesis: "affordable", weakened: "(and (>= b 0) (>= C D))" },
      { says: "seizing more than (1 + b) r", hypothesis: "seized", weakened: "(>= s 0)" },
    ],
  },
  {
    name: "HF not lowered",
    says: "(W - s LT) / (D - r) >= W / D, for every r up to D and every s up to (1 + b) r",
    sort: "Real",
    variables: ["D", "W", "LT", "b", "r", "s"],
    hypotheses: { debt, threshold, unhealthy, healthy, removed, seized },
    claim: { says: "(W - s LT) D >= W (D - r)", term: "(>= (* (- W (* s LT)) D) (* W (- D r)))" },
    canaries: [
      {
        says: "without (1 + b) LT <= HF",
        hypothesis: "healthy",
        weakened: "(and (>= b 0) (<= (* LT D) W))",
      },
      { says: "seizing more than (1 + b) r", hypothesis: "seized", weakened: "(>= s 0)" },
    ],
  },
  harmless("C / D", "(>= (/ (- C s) (- D r)) (/ C D))", "C / D - 1", bonus("high", RAMP, HEALTH_BOUND)),
  harmless("HF", "(>= (/ (- W (* s LT)) (- D r)) (/ W D))", "HF / LT - 1", bonus("high", RAMP, RATIO_BOUND)),
  {
    name: "divisor positive, C >= D",
    says: "T - (1 + b) LT > 0 while (1 + b) LT <= HF < 1 < T",
    sort: "Real",
    variables: ["D", "W", "LT", "b", "T"],
    hypotheses: { debt, unhealthy, healthy, target },
    claim: { says: "T - (1 + b) LT > 0", term: "(> (- T (* (+ 1 b) LT)) 0)" },
    canaries: [
      { says: "without (1 + b) LT <= HF", hypothesis: "healthy", weakened: "(and (>= b 0) (<= (* LT D) W))" },
      { says: "at a target below 1", hypothesis: "target", weakened: "(> T 0)" },
    ],
  },
  {
    name: "divisor positive, C < D",
    says: "T - (1 + b) LT > 0 at b = 0, whatever asset is seized",
    sort: "Real",
    variables: ["LT", "b", "T"],
    hypotheses: { threshold, target, nothing: { says: "b = 0", term: "(= b 0)" } },
    claim: { says: "T - (1 + b) LT > 0", term: "(> (- T (* (+ 1 b) LT)) 0)" },
    canaries: [{ says: "with a bonus", hypothesis: "nothing", weakened: "(>= b 0)" }],
  },
  {
    name: "target within the debt",
    says: "the repayment to target is positive and at most D while (1 + b) LT <= HF",
    sort: "Real",
    variables: ["D", "W", "LT", "b", "T", "r"],
    hypotheses: { debt, unhealthy, healthy, target, toTarget },
    claim: { says: "0 < r <= D", term: "(and (> r 0) (<= r D))" },
    canaries: [
      {
        says: "without (1 + b) LT <= HF",
        hypothesis: "healthy",
        weakened: "(and (>= b 0) (< (* (+ 1 b) LT) T))",
      },
    ],
  },
  {
    name: "target reached",
    says: "repaying to target leaves health T exactly",
    sort: "Real",
    variables: ["D", "W", "LT", "b", "T", "r", "s"],
    hypotheses: { debt, unhealthy, target, partly, toTarget, seizedExactly },
    claim: { says: "(W - s LT) / (D - r) = T", term: "(= (/ (- W (* s LT)) (- D r)) T)" },
    canaries: [{ says: "for another repayment", hypothesis: "toTarget" }],
  },
  {
    name: "target not overshot",
    says: "no repayment up to the one to target leaves health above T: so only the dust rules can",
    sort: "Real",
    variables: ["D", "W", "LT", "b", "T", "r", "s"],
    hypotheses: {
      debt,
      unhealthy,
      target,
      partly,
      divisor: { says: "T - (1 + b) LT > 0", term: "(> (- T (* (+ 1 b) LT)) 0)" },
      upToTarget: {
        says: "r <= D (T - HF) / (T - (1 + b) LT)",
        term: "(<= r (/ (- (* D T) W) (- T (* (+ 1 b) LT))))",
      },
      seizedExactly,
    },
    claim: { says: "(W - s LT) / (D - r) <= T", term: "(<= (/ (- W (* s LT)) (- D r)) T)" },
    canaries: [{ says: "beyond that repayment", hypothesis: "upToTarget" }],
  },
  {
    name: "a seizable asset, step",
    says: "adding an asset with a threshold of at least m keeps W >= m C",
    sort: "Real",
    variables: ["C", "W", "m", "value", "LT"],
    hypotheses: {
      before: { says: "W >= m C", term: "(>= W (* m C))" },
      added: { says: "value >= 0", term: "(>= value 0)" },
      smallest: { says: "LT >= m", term: "(>= LT m)" },
    },
    claim: { says: "W + value LT >= m (C + value)", term: "(>= (+ W (* value LT)) (* m (+ C value)))" },
    canaries: [{ says: "with a threshold below m", hypothesis: "smallest" }],
  },
  {
    name: "a seizable asset, end",
    says: "at C >= D the asset with the smallest threshold m has m <= HF",
    sort: "Real",
    variables: ["C", "D", "W", "m"],
    hypotheses: {
      debt,
      positive: { says: "m >= 0", term: "(>= m 0)" },
      sum: { says: "W >= m C", term: "(>= W (* m C))" },
      solvent,
    },
    claim: { says: "m D <= W", term: "(<= (* m D) W)" },
    canaries: [{ says: "at C < D", hypothesis: "solvent" }],
  },
  {
    name: "peak of the bonus",
    says: "with low = 0 the bonus never exceeds slope (1 - LT) / (1 + slope LT)",
    sort: "Real",
    variables: formulaVariables,
    hypotheses: {
      ...region,
      opens: { says: "low = 0", term: "(= low 0)" },
    },
    claim: {
      says: "b (1 + slope LT) <= slope (1 - LT)",
      term: "(<= (* b (+ 1 (* slope LT))) (* slope (- 1 LT)))",
    },
    canaries: [
      {
        says: "without the bound HF / LT - 1",
        hypothesis: "formula",
        weakened: bonus("high", RAMP, RATIO_BOUND),
      },
      { says: "with a bonus at health 1", hypothesis: "opens" },
    ],
  },
];

/** Proves the whole way from the formula to the ratio, with true divisions. */
function harmless(ratio: string, term: string, bound: string, weakened: string): Lemma {
  return {
    name: `formula keeps ${ratio}`,
    says: `from the formula alone: while C >= D and LT <= HF, a partial liquidation does not lower ${ratio}`,
    sort: "Real",
    variables: [...formulaVariables, "r", "s"],
    hypotheses: { ...region, partly, seized },
    claim: { says: `${ratio} after >= ${ratio} before`, term },
    canaries: [{ says: `without the bound ${bound}`, hypothesis: "formula", weakened }],
  };
}

function smallest(terms: readonly string[]): string {
  return terms.reduce((x, y) => `(let ((x ${x}) (y ${y})) (ite (< x y) x y))`);
}

function atLeast(floor: string, term: string): string {
  return `(let ((z ${term})) (ite (< z ${floor}) ${floor} z))`;
}
