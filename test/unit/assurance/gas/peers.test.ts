import { expect } from "chai";
import { network } from "hardhat";

import { type PeersFigures, measurePeers } from "../../../../src/assurance/gas/all.js";
import { type Peer, measureActions, requireChange } from "../../../../src/assurance/gas/peers/sequence.js";
import { type Fixture, createSetting } from "../../../../src/assurance/gas/peers/fixture.js";

const ACTIONS = ["depositFirst", "depositAgain", "borrow", "open", "repay", "withdrawWithDebt", "liquidate1"];
/** Intrinsic gas of a transaction. */
const INTRINSIC = 21_000;

describe("the gas of peers", () => {
  let peers: PeersFigures;

  before(async () => {
    peers = await measurePeers(async (use) => {
      const connection = await network.create();
      return use(connection).finally(() => connection.close());
    });
  });

  it("has every action of Morpho Blue, and of Aave v3 those with three collaterals too", () => {
    expect(Object.keys(peers.morpho)).to.have.members(ACTIONS);
    expect(Object.keys(peers.aaveV3)).to.have.members([...ACTIONS, "liquidate3", "perFurtherCollateral"]);
  });

  it("is that of whole transactions that do something", () => {
    for (const figures of [peers.morpho, peers.aaveV3]) {
      const { open, ...single } = figures;
      for (const name of ACTIONS.filter((n) => n !== "open")) {
        expect(single[name as keyof typeof single], name).to.be.greaterThan(2 * INTRINSIC);
      }
      expect(open, "open").to.be.greaterThan(figures.depositFirst + INTRINSIC);
    }
  });

  it("grows with the collaterals of a position", () => {
    expect(peers.aaveV3.perFurtherCollateral).to.be.greaterThan(0);
    expect(peers.aaveV3.liquidate3).to.be.greaterThan(peers.aaveV3.liquidate1);
  });
});

describe("the sequence of actions", () => {
  /** A peer without effect: every action is a transfer of 0 by the acting account. */
  function idle(s: Fixture): Peer {
    const nothing = (by: Fixture["me"]) => s.debtToken.connect(by.signer).transfer(by.address, 0n);
    return {
      supply: nothing,
      borrow: nothing,
      repay: nothing,
      withdraw: nothing,
      liquidate: nothing,
      positionOf: async () => ({ collateral: 0n, debt: 0n }),
    };
  }

  /**
   * A peer whose first `count` actions change the position by the requested amounts. Later actions
   * do nothing.
   */
  function lazy(s: Fixture, count: number): Peer {
    const book = new Map<string, { collateral: bigint; debt: bigint }>();
    const of = (address: string) => book.get(address) ?? { collateral: 0n, debt: 0n };
    const base = idle(s);
    let left = count;
    const act = (by: Fixture["me"], collateral: bigint, debt: bigint) => {
      const now = of(by.address);
      if (left-- > 0) {
        book.set(by.address, { collateral: now.collateral + collateral, debt: now.debt + debt });
      }
      return base.withdraw(by, 0n);
    };
    return {
      supply: (by, _asset, amount) => act(by, amount, 0n),
      borrow: (by, amount) => act(by, 0n, amount),
      repay: (by, amount) => act(by, 0n, -amount),
      withdraw: (by, amount) => act(by, -amount, 0n),
      liquidate: (by) => act(by, 0n, 0n),
      positionOf: async ({ address }) => of(address),
    };
  }

  let s: Fixture;
  let close: () => Promise<void>;

  before(async () => {
    const connection = await network.create();
    close = () => connection.close();
    s = await createSetting(connection);
  });

  after(() => close());

  const failures: readonly [number, RegExp][] = [
    [0, /^supply: collateral moved by 0, not by 1/],
    [1, /^borrow: debt moved by 0, not by about 5/],
    [3, /^supply: collateral moved by 0/],
    [5, /^borrow: debt moved by 0/],
    [6, /^repay: debt moved by 0, not by about -2/],
    [7, /^withdraw: collateral moved by 0, not by -1/],
    [8, /^borrow: debt moved by 0/],
    [9, /^a liquidation gave 0 for 0/],
  ];
  for (const [count, message] of failures) {
    it(`refuses a peer that stops after ${count} actions`, async () => {
      let error: unknown;
      await measureActions(s, lazy(s, count)).catch((e: unknown) => (error = e));
      expect(error).to.be.instanceOf(Error);
      expect((error as Error).message).to.match(message);
    });
  }

  it("allows a debt a little interest and nothing else", () => {
    const [before, change] = [
      { collateral: 5n, debt: 1_000_000_000n },
      { collateral: 0n, debt: -400n },
    ];
    const check = (debt: bigint) => () => requireChange("repay", before, { collateral: 5n, debt }, change);
    expect(check(999_999_600n)).not.to.throw();
    expect(check(1_000_009_600n)).not.to.throw();
    expect(check(1_000_009_700n)).to.throw("repay: debt moved by");
    expect(check(999_999_597n)).to.throw("repay: debt moved by");
  });
});
