import type { NetworkConnection } from "hardhat/types/network";

import { type AuctionFigures, measureAuctions } from "./auctions.js";
import { type BatchFigures, measureBatches } from "./batch.js";
import { type GasFigures, measure } from "./gas.js";
import { measureAave } from "./peers/aave.js";
import { measureMorpho } from "./peers/morpho.js";
import type { PeerFigures, WideFigures } from "./peers/sequence.js";
import { createSetting } from "./peers/fixture.js";

/** Every figure of Breakwater. */
export type OurFigures = GasFigures & AuctionFigures & Pick<BatchFigures, "batchPerVault">;

/** The figures of the peers, under the names of ours, for the actions they have. */
export interface PeersFigures {
  readonly morpho: PeerFigures;
  readonly aaveV3: PeerFigures & WideFigures;
}

/** Opens a fresh chain for `use` and closes it afterwards. */
type WithChain = <T>(use: (connection: NetworkConnection) => Promise<T>) => Promise<T>;

/** Measures Breakwater, each part on a chain of its own. */
export async function measureOurs(withChain: WithChain): Promise<OurFigures> {
  const actions = await withChain(measure);
  const { batchPerVault } = await withChain(measureBatches);
  return { ...actions, batchPerVault, ...(await withChain(measureAuctions)) };
}

/** Measures the peers, each on a chain of its own with the same tokens and prices. */
export async function measurePeers(withChain: WithChain): Promise<PeersFigures> {
  const morpho = await withChain(async (c) => measureMorpho(await createSetting(c)));
  const aaveV3 = await withChain(async (c) => measureAave(await createSetting(c)));
  return { morpho, aaveV3 };
}
