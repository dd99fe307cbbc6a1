/** A hypothesis or claim: an SMT-LIB term of sort Bool, and what it says. */
export interface Term {
  readonly says: string;
  readonly term: string;
}

/** A way to break a lemma on purpose: one hypothesis dropped, or weakened to another. Then a counterexample must exist. */
export interface Canary {
  readonly says: string;
  /** Key of the hypothesis. */
  readonly hypothesis: string;
  /** What takes its place, nothing if absent. */
  readonly weakened?: string;
}

/** "For all variables: the hypotheses imply the claim", with what shows that it says something. */
export interface Lemma {
  readonly name: string;
  readonly says: string;
  /**
   * Sort of every variable. A proof over the reals covers the integers too: they are a subset. Its canaries are then
   * counterexamples among the reals.
   */
  readonly sort: "Real" | "Int";
  readonly variables: readonly string[];
  readonly hypotheses: Readonly<Record<string, Term>>;
  readonly claim: Term;
  /** At least one: a lemma that nothing can break proves nothing. */
  readonly canaries: readonly [Canary, ...Canary[]];
}

/** What a solver may answer. Everything else (a timeout, a parse error) is neither and counts as a failure. */
export type Answer = "sat" | "unsat";

/** One question to a solver, complete, with the only answer that counts. */
export interface Question {
  readonly lemma: string;
  readonly says: string;
  /** SMT-LIB: declarations and assertions. */
  readonly script: string;
  /** How many assertions the script makes: a solver that read fewer answers another question. */
  readonly assertions: number;
  readonly expected: Answer;
}

/**
 * The questions that settle a lemma: its negation has no model, its hypotheses have one, and every canary has one.
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
