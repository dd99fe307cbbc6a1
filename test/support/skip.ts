import { hasAnvil, hasTerminals } from "./process.js";

export const NO_ANVIL = "the optional package with anvil is not installed";

/**
 * Skips the test, or every test after this `before`, and prints the reason, so that no test is
 * skipped silently.
 */
export function skipUnless(present: boolean, test: Mocha.Context, reason: string): void {
  if (present) return;
  console.log(`      skipped: ${reason}`);
  test.skip();
}

/** For tests against the second node implementation. */
export function needAnvil(test: Mocha.Context): void {
  skipUnless(hasAnvil, test, NO_ANVIL);
}

/** For tests of a command's terminal output. */
export function needTerminals(test: Mocha.Context): void {
  skipUnless(hasTerminals, test, "there is no `script` of util-linux to make a terminal with");
}
