/** A hypothesis or claim: an SMT-LIB term of sort Bool, and its meaning in words. */
export interface Term {
  readonly says: string;
  readonly term: string;
}

/**
 * A deliberate break of a lemma: one hypothesis is dropped or weakened. Then a counterexample must
 * exist.
 */
export interface Canary {
  readonly says: string;
  /** Key of the hypothesis. */
  readonly hypothesis: string;
  /** The weaker hypothesis. Without it the hypothesis is dropped. */
  readonly weakened?: string;
}

/**
 * "For all variables: the hypotheses imply the claim", and canaries that show the claim is not
 * vacuous.
 */
export interface Lemma {
  readonly name: string;
  readonly says: string;
  /**
   * Sort of every variable. A proof over the reals covers the integers, because they are a subset.
   * Its canaries are then counterexamples among the reals.
   */
  readonly sort: "Real" | "Int";
  readonly variables: readonly string[];
  readonly hypotheses: Readonly<Record<string, Term>>;
  readonly claim: Term;
  /** At least one, because a lemma that no change can break proves nothing. */
  readonly canaries: readonly [Canary, ...Canary[]];
}

/**
 * The answers of a solver that count. Any other answer, such as a timeout or a parse error, is a
 * failure.
 */
export type Answer = "sat" | "unsat";

/** One complete question to a solver, with its expected answer. */
export interface Question {
  readonly lemma: string;
  readonly says: string;
  /** SMT-LIB: declarations and assertions. */
  readonly script: string;
  /** Number of assertions in the script. A solver that read fewer answered another question. */
  readonly assertions: number;
  readonly expected: Answer;
}

/**
 * The questions that settle a lemma: its negation must have no model, its hypotheses must have one,
 * and every canary must have one.
 * Throws an `Error` for a canary that names no hypothesis.
 */
export function questions(lemma: Lemma): Question[] {
  const terms = Object.entries(lemma.hypotheses);
  const all = terms.map(([, h]) => h.term);
  const refuted = `(not ${lemma.claim.term})`;
  const ask = (says: string, asserted: readonly string[], expected: Answer): Question => ({
    lemma: lemma.name,
    says,
    script: script(lemma, asserted),
    assertions: asserted.length,
    expected,
  });
  return [
    ask(lemma.says, [...all, refuted], "unsat"),
    ask("the hypotheses can all hold", all, "sat"),
    ...lemma.canaries.map((canary) => {
      if (!(canary.hypothesis in lemma.hypotheses)) {
        throw new Error(`${lemma.name}: no hypothesis is called ${canary.hypothesis}`);
      }
      const rest = terms.filter(([key]) => key !== canary.hypothesis).map(([, h]) => h.term);
      const weakened = canary.weakened === undefined ? [] : [canary.weakened];
      return ask(`canary: ${canary.says}`, [...rest, ...weakened, refuted], "sat");
    }),
  ];
}

function script(lemma: Lemma, asserted: readonly string[]): string {
  return [
    ...lemma.variables.map((name) => `(declare-const ${name} ${lemma.sort})`),
    ...asserted.map((term) => `(assert ${term})`),
    "",
  ].join("\n");
}
