import type { NetworkConnection } from "hardhat/types/network";

import { MAX_UINT256, type VaultKey, vaultKey } from "../../model/index.js";
import { Bench, ONE } from "./gas.js";

/** Gas of whole transactions around an absorption: receipt `gasUsed`, refunds deducted. */
export interface AuctionFigures {
  /** Absorbing a vault with one collateral, which starts its auction. */
  readonly auctionStart: number;
  /** Taking a part of a lot. */
  readonly auctionTake: number;
  /** Added by each further absorption in one multicall. */
  readonly absorb: number;
}

const FEW = 2;
const MANY = 12;
/** Price [debt tokens] at which ten units are worth less than 1.02 times a debt of 14,000. */
const CRASHED = 1_410n;

/** Measures absorptions and takes on a fresh system in which other absorptions are open. */
export async function measureAuctions(connection: NetworkConnection): Promise<AuctionFigures> {
  const bench = await Bench.create(connection);
  const { client, me } = bench;
  const { vaultEngine, auctionHouse, debtToken } = client;
  await debtToken.approve(auctionHouse, MAX_UINT256);
  const call = vaultEngine.interface;
  const keys = Array.from({ length: FEW + MANY + 2 }, (_, i) => vaultKey(me, BigInt(i)));
  for (const key of keys) {
    await bench.gas(
      vaultEngine.multicall([
        call.encodeFunctionData("deposit", [key, 0, 10n * ONE]),
        call.encodeFunctionData("borrow", [key, 14_000n * ONE, me]),
      ]),
    );
  }
  await bench.price(CRASHED);
  const absorb = (list: readonly VaultKey[]) =>
    bench.gas(vaultEngine.multicall(list.map((key) => call.encodeFunctionData("absorb", [key, me]))));
  await bench.gas(vaultEngine.absorb(keys[0] ?? "", me));
  const auctionStart = await bench.gas(vaultEngine.absorb(keys[1] ?? "", me));
  const few = await absorb(keys.slice(2, 2 + FEW));
  const many = await absorb(keys.slice(2 + FEW));
  const take = (id: bigint) => bench.gas(auctionHouse.take(id, 0, 2n * ONE, MAX_UINT256, me, "0x"));
  await take(1n);
  const auctionTake = await take(2n);
  return { auctionStart, auctionTake, absorb: Math.round((many - few) / (MANY - FEW)) };
}
