import type { Lemma, Term } from "./lemma.js";

/**
 * The claims of rational.ts in integers, as LiquidationMath computes them. Every floor and ceiling
 * is stated by the inequalities that define it. Together the lemmas lead from the code's own
 * operations to "neither ratio falls". Every hypothesis is, letter by letter, the conclusion of an
 * earlier lemma, or it is a line of the code.
 *
 * D debt, C value, W adjusted collateral [debt units * bps], LT threshold and T target [bps], b
 * bonus [WAD], r debt removed, lost: value that the seizure takes off the vault's rounded value.
 */
const WAD = (10n ** 18n).toString();
const RAY = (10n ** 27n).toString();
const PRICE_ONE = (10n ** 36n).toString();
const BPS = "10000";
const WAD_PER_BPS = (10n ** 14n).toString();

/** q = floor(x / d), for d > 0. */
const floor = (q: string, x: string, d: string): string =>
  `(and (<= (* ${q} ${d}) ${x}) (< ${x} (* (+ ${q} 1) ${d})))`;
/** q = ceil(x / d), for d > 0. */
const ceil = (q: string, x: string, d: string): string =>
  `(and (>= (* ${q} ${d}) ${x}) (< (* (- ${q} 1) ${d}) ${x}))`;

const debt: Term = { says: "D > 0", term: "(> D 0)" };
const unhealthy: Term = { says: "0 <= W < 1e4 D", term: `(and (>= W 0) (< W (* ${BPS} D)))` };
const threshold: Term = { says: "0 <= LT < 1e4", term: `(and (>= LT 0) (< LT ${BPS}))` };
const counts: Term = { says: "LT > 0", term: "(> LT 0)" };
const target: Term = { says: "T > 1e4", term: `(> T ${BPS})` };
const removed: Term = { says: "0 <= r <= D", term: "(and (>= r 0) (<= r D))" };
const bonus: Term = { says: "b >= 0", term: "(>= b 0)" };
const affordable: Term = { says: "(WAD + b) D <= C WAD", term: `(<= (* (+ ${WAD} b) D) (* C ${WAD}))` };
const healthy: Term = { says: "(WAD + b) LT D <= W WAD", term: `(<= (* (+ ${WAD} b) LT D) (* W ${WAD}))` };
const seizable: Term = { says: "W >= D LT", term: "(>= W (* D LT))" };
const worth: Term = { says: "q = floor(r (WAD + b) / WAD)", term: floor("q", `(* r (+ ${WAD} b))`, WAD) };
const withinWorth: Term = { says: "lost <= q", term: "(<= lost q)" };
const bounded: Term = { says: "lost WAD <= r (WAD + b)", term: `(<= (* lost ${WAD}) (* r (+ ${WAD} b)))` };
const gain: Term = {
  says: "gain = T WAD - (WAD + b) LT",
  term: `(= gain (- (* T ${WAD}) (* (+ ${WAD} b) LT)))`,
};
const gainPositive: Term = { says: "gain > 0", term: "(> gain 0)" };
const missing: Term = { says: "missing = D T - W", term: "(= missing (- (* D T) W))" };
const repay: Term = {
  says: "repay = ceil(missing WAD / gain)",
  term: ceil("repay", `(* missing ${WAD})`, "gain"),
};
const removedByRepay: Term = {
  says: "r RAY < repay RAY + index + RAY",
  term: `(< (* r ${RAY}) (+ (* repay ${RAY}) index ${RAY}))`,
};
const enough: Term = { says: "r >= repay", term: "(>= r repay)" };
const index: Term = { says: "index >= RAY", term: `(>= index ${RAY})` };
const part: Term = {
  says: "part = ceil(repay RAY / index)",
  term: ceil("part", `(* repay ${RAY})`, "index"),
};
const whole: Term = {
  says: "whole = ceil(scaled index / RAY)",
  term: ceil("whole", "(* scaled index)", RAY),
};
const rest: Term = {
  says: "rest = ceil((scaled - part) index / RAY)",
  term: ceil("rest", "(* (- scaled part) index)", RAY),
};
const removedExactly: Term = { says: "r = whole - rest", term: "(= r (- whole rest))" };

/** Conclusions that later lemmas use as hypotheses. */
export const LINKS: readonly Term[] = [
  affordable,
  healthy,
  withinWorth,
  bounded,
  gainPositive,
  enough,
  removedByRepay,
];

export const ROUNDING: readonly Lemma[] = [
  {
    name: "health within 1",
    says: "bonusDown: ceil(W 1e14 / D) <= WAD, so that WAD - healthUp cannot underflow",
    sort: "Int",
    variables: ["D", "W", "h"],
    hypotheses: {
      debt,
      unhealthy,
      healthUp: { says: "h = ceil(W 1e14 / D)", term: ceil("h", `(* W ${WAD_PER_BPS})`, "D") },
    },
    claim: { says: "h <= WAD", term: `(<= h ${WAD})` },
    canaries: [{ says: "of a healthy vault", hypothesis: "unhealthy", weakened: "(>= W 0)" }],
  },
  {
    name: "bonus within C / D, rounded",
    says: "bonusDown: b <= floor(C WAD / D) - WAD gives (WAD + b) D <= C WAD",
    sort: "Int",
    variables: ["C", "D", "b", "f"],
    hypotheses: {
      debt,
      quotient: { says: "f = floor(C WAD / D)", term: floor("f", `(* C ${WAD})`, "D") },
      bound: { says: "0 <= b <= f - WAD", term: `(and (>= b 0) (<= b (- f ${WAD})))` },
    },
    claim: affordable,
    canaries: [
      { says: "rounded up", hypothesis: "quotient", weakened: ceil("f", `(* C ${WAD})`, "D") },
      { says: "one too much", hypothesis: "bound", weakened: `(and (>= b 0) (<= b (- (+ f 1) ${WAD})))` },
    ],
  },
  {
    name: "bonus within C / D, none",
    says: "bonusDown: at C = D the bonus 0 keeps the bound",
    sort: "Int",
    variables: ["C", "D", "b"],
    hypotheses: {
      debt,
      solvent: { says: "C >= D", term: "(>= C D)" },
      nothing: { says: "b = 0", term: "(= b 0)" },
    },
    claim: affordable,
    canaries: [{ says: "at C < D", hypothesis: "solvent" }],
  },
  {
    name: "bonus within HF / LT, rounded",
    says: "bonusDown: b <= max(0, floor(W WAD / (D LT)) - WAD) gives (WAD + b) LT D <= W WAD if the asset is seizable",
    sort: "Int",
    variables: ["D", "W", "LT", "b", "f"],
    hypotheses: {
      debt,
      counts,
      seizable,
      quotient: { says: "f = floor(W WAD / (D LT))", term: floor("f", `(* W ${WAD})`, "(* D LT)") },
      bound: {
        says: "0 <= b <= max(0, f - WAD)",
        term: `(and (>= b 0) (or (= b 0) (<= b (- f ${WAD}))))`,
      },
    },
    claim: healthy,
    canaries: [
      { says: "rounded up", hypothesis: "quotient", weakened: ceil("f", `(* W ${WAD})`, "(* D LT)") },
      { says: "of an asset that is not seizable", hypothesis: "seizable" },
    ],
  },
  {
    name: "bonus within HF / LT, no threshold",
    says: "bonusDown: an asset that counts for nothing needs no bound",
    sort: "Int",
    variables: ["D", "W", "LT", "b"],
    hypotheses: { unhealthy, nothing: { says: "LT = 0", term: "(= LT 0)" } },
    claim: healthy,
    canaries: [{ says: "of one that counts", hypothesis: "nothing", weakened: "(> LT 0)" }],
  },
  {
    name: "loss of a part",
    says: "decide: seizing s <= floor(q 1e36 / price) of the asset lowers its rounded value by at most q",
    sort: "Int",
    variables: ["amount", "price", "seized", "q", "before", "after", "lost"],
    hypotheses: {
      price: { says: "price > 0", term: "(> price 0)" },
      before: {
        says: "before = floor(amount price / 1e36)",
        term: floor("before", "(* amount price)", PRICE_ONE),
      },
      after: {
        says: "after = floor((amount - seized) price / 1e36)",
        term: floor("after", "(* (- amount seized) price)", PRICE_ONE),
      },
      seized: { says: "seized price <= q 1e36", term: `(<= (* seized price) (* q ${PRICE_ONE}))` },
      lost: { says: "lost = before - after", term: "(= lost (- before after))" },
    },
    claim: withinWorth,
    canaries: [
      {
        says: "seized rounded up",
        hypothesis: "seized",
        weakened: ceil("seized", `(* q ${PRICE_ONE})`, "price"),
      },
    ],
  },
  {
    name: "loss of all",
    says: "decide: all of an asset is taken only for r >= ceil(value WAD / (WAD + b)), which q covers",
    sort: "Int",
    variables: ["value", "b", "r", "q", "all", "lost"],
    hypotheses: {
      bonus,
      value: { says: "value >= 0", term: "(>= value 0)" },
      assetRepay: {
        says: "all = ceil(value WAD / (WAD + b))",
        term: ceil("all", `(* value ${WAD})`, `(+ ${WAD} b)`),
      },
      enough: { says: "r >= all", term: "(>= r all)" },
      worth,
      lost: { says: "lost <= value", term: "(<= lost value)" },
    },
    claim: withinWorth,
    canaries: [
      {
        says: "rounded down",
        hypothesis: "assetRepay",
        weakened: floor("all", `(* value ${WAD})`, `(+ ${WAD} b)`),
      },
      { says: "for one unit less", hypothesis: "enough", weakened: "(>= r (- all 1))" },
    ],
  },
  {
    name: "loss within the debt removed",
    says: "lost <= q = floor(r (WAD + b) / WAD) gives lost WAD <= r (WAD + b)",
    sort: "Int",
    variables: ["b", "r", "q", "lost"],
    hypotheses: { worth, withinWorth },
    claim: bounded,
    canaries: [
      {
        says: "rounded up",
        hypothesis: "worth",
        weakened: ceil("q", `(* r (+ ${WAD} b))`, WAD),
      },
    ],
  },
  {
    name: "C / D not lowered, rounded",
    says: "from the conclusions above: C / D does not fall",
    sort: "Int",
    variables: ["C", "D", "b", "r", "lost"],
    hypotheses: { debt, removed, affordable, bounded },
    claim: { says: "(C - lost) D >= C (D - r)", term: "(>= (* (- C lost) D) (* C (- D r)))" },
    canaries: [
      {
        says: "one value unit more lost",
        hypothesis: "bounded",
        weakened: `(<= (* (- lost 1) ${WAD}) (* r (+ ${WAD} b)))`,
      },
      { says: "without (WAD + b) D <= C WAD", hypothesis: "affordable", weakened: "(and (>= b 0) (>= C D))" },
    ],
  },
  {
    name: "HF not lowered, rounded",
    says: "from the conclusions above: HF does not fall",
    sort: "Int",
    variables: ["D", "W", "LT", "b", "r", "lost"],
    hypotheses: { debt, threshold, unhealthy, removed, healthy, bounded },
    claim: { says: "(W - lost LT) D >= W (D - r)", term: "(>= (* (- W (* lost LT)) D) (* W (- D r)))" },
    canaries: [
      {
        says: "one value unit more lost",
        hypothesis: "bounded",
        weakened: `(<= (* (- lost 1) ${WAD}) (* r (+ ${WAD} b)))`,
      },
      {
        says: "without (WAD + b) LT D <= W WAD",
        hypothesis: "healthy",
        weakened: "(and (>= b 0) (>= W (* D LT)))",
      },
    ],
  },
  {
    name: "divisor positive, rounded, C >= D",
    says: "repayToTargetUp: gain > 0",
    sort: "Int",
    variables: ["D", "W", "LT", "T", "b", "gain"],
    hypotheses: { debt, unhealthy, target, bonus, healthy, gain },
    claim: gainPositive,
    canaries: [{ says: "at a target below 1", hypothesis: "target", weakened: "(> T 0)" }],
  },
  {
    name: "divisor positive, rounded, C < D",
    says: "repayToTargetUp: gain > 0 at b = 0, whatever asset is seized",
    sort: "Int",
    variables: ["LT", "T", "b", "gain"],
    hypotheses: { threshold, target, nothing: { says: "b = 0", term: "(= b 0)" }, gain },
    claim: gainPositive,
    canaries: [{ says: "with a bonus", hypothesis: "nothing", weakened: "(>= b 0)" }],
  },
  {
    name: "debt removed covers the repayment",
    says: "DebtMath: removing scaledUp(repay) lowers the debt by at least repay",
    sort: "Int",
    variables: ["scaled", "part", "index", "whole", "rest", "repay", "r"],
    hypotheses: { index, part, whole, rest, removedExactly },
    claim: enough,
    canaries: [
      {
        says: "scaled down",
        hypothesis: "part",
        weakened: floor("part", `(* repay ${RAY})`, "index"),
      },
    ],
  },
  {
    name: "target reached, rounded",
    says: "removing at least repayToTargetUp leaves health of at least T",
    sort: "Int",
    variables: ["D", "W", "LT", "T", "b", "gain", "missing", "repay", "r", "lost"],
    hypotheses: {
      debt,
      threshold,
      bonus,
      gain,
      gainPositive,
      missing,
      repay,
      enough,
      bounded,
    },
    claim: { says: "W - lost LT >= T (D - r)", term: "(>= (- W (* lost LT)) (* T (- D r)))" },
    canaries: [
      {
        says: "rounded down",
        hypothesis: "repay",
        weakened: floor("repay", `(* missing ${WAD})`, "gain"),
      },
    ],
  },
  {
    name: "debt removed is paid for",
    says: "DebtMath: ceil(all) - ceil(rest) <= ceil(part): the payer pays for all that the vault is relieved of",
    sort: "Int",
    variables: ["scaled", "part", "index", "whole", "rest", "paid"],
    hypotheses: {
      index,
      whole,
      rest,
      paid: { says: "paid = ceil(part index / RAY)", term: ceil("paid", "(* part index)", RAY) },
    },
    claim: { says: "whole - rest <= paid", term: "(<= (- whole rest) paid)" },
    canaries: [
      { says: "paid rounded down", hypothesis: "paid", weakened: floor("paid", "(* part index)", RAY) },
    ],
  },
  {
    name: "debt removed by a repayment",
    says: "DebtMath: removing scaledUp(repay) lowers the debt by less than repay + 1 unit + index / RAY",
    sort: "Int",
    variables: ["scaled", "part", "index", "whole", "rest", "repay", "r"],
    hypotheses: { index, part, whole, rest, removedExactly },
    claim: removedByRepay,
    canaries: [
      {
        says: "one scaled unit more",
        hypothesis: "part",
        weakened: ceil("(- part 1)", `(* repay ${RAY})`, "index"),
      },
    ],
  },
  {
    name: "target not overshot, rounded",
    says: "where no dust rule acts, r exceeds the exact repayment to target by less than 2 units + index / RAY",
    sort: "Int",
    variables: ["index", "gain", "missing", "repay", "r"],
    hypotheses: {
      index,
      gainPositive,
      repay: {
        says: "repay - 1 < missing WAD / gain: repay is that, rounded up, or less",
        term: `(< (* (- repay 1) gain) (* missing ${WAD}))`,
      },
      removedByRepay,
    },
    claim: {
      says: "(r RAY - index - 2 RAY) gain < missing WAD RAY",
      term: `(< (* (- (* r ${RAY}) index (* 2 ${RAY})) gain) (* missing ${WAD} ${RAY}))`,
    },
    canaries: [
      {
        says: "repaying one unit more",
        hypothesis: "repay",
        weakened: `(< (* (- repay 2) gain) (* missing ${WAD}))`,
      },
    ],
  },
];
