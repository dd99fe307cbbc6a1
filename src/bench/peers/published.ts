/** Figures of systems that publish no package to deploy: what they or others measured, and where it stands. */
export interface Published {
  readonly system: string;
  readonly action: string;
  readonly gas: number;
  readonly source: string;
}

/**
 * Whole transactions. Aave v4's figures are those of its own snapshot file and Liquity v1's of its README. "Measured by the
 * team": the repository's contracts on one Hardhat chain with a plain token and a mock price, once; this command does not
 * repeat it.
 */
export const PUBLISHED: readonly Published[] = [
  {
    system: "Aave v4",
    action: "borrow, first",
    gas: 269_297,
    source: "aave/aave-v4 snapshots/Spoke.Operations.json",
  },
  {
    system: "Aave v4",
    action: "repay a part",
    gas: 142_713,
    source: "aave/aave-v4 snapshots/Spoke.Operations.json",
  },
  {
    system: "Aave v4",
    action: "liquidate a part",
    gas: 365_078,
    source: "aave/aave-v4 snapshots/Spoke.Operations.json",
  },
  {
    system: "Liquity v1",
    action: "each vault in a mass liquidation",
    gas: 65_000,
    source: "liquity/dev README.md: 60k to 65k",
  },
  {
    system: "Liquity v2",
    action: "each further vault in a batch",
    gas: 69_100,
    source: "liquity/bold, measured by the team",
  },
  {
    system: "Maker",
    action: "start an auction (bark)",
    gas: 319_528,
    source: "makerdao/dss, measured by the team",
  },
  {
    system: "Maker",
    action: "take a part of an auction",
    gas: 132_740,
    source: "makerdao/dss, measured by the team",
  },
  {
    system: "Comet",
    action: "each further collateral in a borrow",
    gas: 19_170,
    source: "compound-finance/comet, measured by the team",
  },
  {
    system: "Comet",
    action: "absorb, one collateral",
    gas: 124_548,
    source: "compound-finance/comet, measured by the team",
  },
  {
    system: "Euler v2",
    action: "open in one batch",
    gas: 390_441,
    source: "euler-xyz/euler-vault-kit, measured by the team",
  },
  {
    system: "Euler v2",
    action: "liquidate a part",
    gas: 290_361,
    source: "euler-xyz/euler-vault-kit, measured by the team",
  },
];
