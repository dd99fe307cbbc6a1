/** A figure of a system that this command cannot deploy, because no package of it exists. */
export interface ReportedFigure {
  readonly system: string;
  readonly action: string;
  readonly gas: number;
  /** The repository, and the file or the kind of source in it. */
  readonly source: string;
  /**
   * "published": the system's own developers state the figure at `source`.
   * "measured": the developers publish none. The figure was measured once from the contracts of the
   * repository, with a plain token and a mock price on one chain, and is not measured again here.
   */
  readonly basis: "published" | "measured";
}

const AAVE_V4 = "aave/aave-v4@00564ea snapshots/Spoke.Operations.json";
const AAVE_V3 = "aave-dao/aave-v3-origin@69d65c9 snapshots/Pool.Operations.json";

/** Gas of whole transactions, or the gas added to a transaction if the action says "each". */
export const REPORTED: readonly ReportedFigure[] = [
  published("Aave v4", "deposit as collateral", 141_481, AAVE_V4),
  published("Aave v4", "borrow, first", 260_362, AAVE_V4),
  published("Aave v4", "repay a part", 137_249, AAVE_V4),
  published("Aave v4", "withdraw a part, one debt", 211_844, AAVE_V4),
  published("Aave v4", "liquidate a part", 339_880, AAVE_V4),
  published("Aave v3, later", "borrow, first", 256_480, AAVE_V3),
  published("Aave v3, later", "repay a part", 189_949, AAVE_V3),
  published("Aave v3, later", "withdraw a part, with debt", 239_471, AAVE_V3),
  published("Aave v3, later", "liquidate a part", 383_166, AAVE_V3),
  published("Liquity v1", "each vault of a mass liquidation, up to", 65_000, "liquity/dev README.md"),
  published("Comet", "borrow, one collateral counted", 144_612, "compound-finance/comet pull request 250"),
  published("Comet", "borrow, two collaterals counted", 198_906, "compound-finance/comet pull request 250"),
  published("Comet", "borrow, three collaterals counted", 246_713, "compound-finance/comet pull request 254"),
  measured("Comet", "absorb, one collateral", 124_548, "compound-finance/comet"),
  measured("Comet", "each further collateral of a borrow", 19_170, "compound-finance/comet"),
  measured("Maker", "start an auction (bark)", 319_528, "makerdao/dss"),
  measured("Maker", "take a part of an auction", 132_740, "makerdao/dss"),
  measured("Liquity v2", "each further vault of a batch", 69_100, "liquity/bold"),
  measured("Euler v2", "open in one batch", 390_441, "euler-xyz/euler-vault-kit"),
  measured("Euler v2", "liquidate a part", 290_361, "euler-xyz/euler-vault-kit"),
];

function published(system: string, action: string, gas: number, source: string): ReportedFigure {
  return { system, action, gas, source, basis: "published" };
}

function measured(system: string, action: string, gas: number, source: string): ReportedFigure {
  return { system, action, gas, source, basis: "measured" };
}
