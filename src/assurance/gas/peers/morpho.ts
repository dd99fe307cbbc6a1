import {
  IrmMock__factory,
  type Morpho,
  MorphoPrice__factory,
  Morpho__factory,
} from "../../../../types/index.js";
import { type PeerFigures, LENT, type Peer, measureActions } from "./sequence.js";
import { type Account, FALLEN, ONE, type Fixture, approveAll } from "./fixture.js";

const LLTV = (ONE * 80n) / 100n;
/** Added by Morpho to the totals when it converts shares into assets. */
const VIRTUAL_SHARES = 10n ** 6n;
const VIRTUAL_ASSETS = 1n;

/**
 * Measures Morpho Blue from its npm source, compiled with its published settings: one market of the
 * two tokens, Morpho's own linear rate, no fee, and an oracle that reads the same feed.
 */
export async function measureMorpho(s: Fixture): Promise<PeerFigures> {
  const { signer, address } = s.me;
  const morpho = await new Morpho__factory(signer).deploy(address);
  const irm = await new IrmMock__factory(signer).deploy();
  const [collateral] = s.collaterals;
  const oracle = await new MorphoPrice__factory(signer).deploy(collateral.feed);
  const market = {
    loanToken: await s.debtToken.getAddress(),
    collateralToken: await collateral.token.getAddress(),
    oracle: await oracle.getAddress(),
    irm: await irm.getAddress(),
    lltv: LLTV,
  };
  await morpho.enableIrm(irm);
  await morpho.enableLltv(LLTV);
  const created = await (await morpho.createMarket(market)).wait();
  const id = created?.logs[0]?.topics[1];
  if (id === undefined) throw new Error("no market was created");
  await approveAll(s, await morpho.getAddress());
  await morpho.connect(s.lender.signer).supply(market, LENT, 0n, s.lender.address, "0x");
  return measureActions(s, peerOf(morpho, market, id));
}

type Market = Parameters<Morpho["createMarket"]>[0];

function peerOf(morpho: Morpho, market: Market, id: string): Peer {
  const as = (by: Account) => morpho.connect(by.signer);
  return {
    supply: (by, _asset, amount) => as(by).supplyCollateral(market, amount, by.address, "0x"),
    borrow: (by, amount) => as(by).borrow(market, amount, 0n, by.address, by.address),
    repay: (by, amount) => as(by).repay(market, amount, 0n, by.address, "0x"),
    withdraw: (by, amount) => as(by).withdrawCollateral(market, amount, by.address, by.address),
    liquidate: (by, borrower, repaid) =>
      as(by).liquidate(market, borrower.address, repaid / FALLEN, 0n, "0x"),
    positionOf: async ({ address }) => {
      const { borrowShares, collateral } = await morpho.position(id, address);
      const { totalBorrowAssets, totalBorrowShares } = await morpho.market(id);
      const debt =
        (borrowShares * (totalBorrowAssets + VIRTUAL_ASSETS)) / (totalBorrowShares + VIRTUAL_SHARES);
      return { collateral, debt };
    },
  };
}
