import { MAX_UINT256 } from "../../model/index.js";
import { define } from "./definition.js";

/** A lot, named by its asset and by the id of its absorption (0 for the residuals). */
export interface OnLot {
  readonly id: bigint;
  readonly asset: number;
}

/** Operations on lots, claims and tips. Collateral in token units, prices 1e36-scaled. */
export const AUCTION_OPERATIONS = {
  /** Omitted limits do not bind. */
  take: define({
    contract: "auctionHouse",
    call: ({
      id,
      asset,
      receiver,
      maxAmount = MAX_UINT256,
      maxPrice = MAX_UINT256,
    }: OnLot & { readonly receiver: string; readonly maxAmount?: bigint; readonly maxPrice?: bigint }) => [
      "take",
      id,
      asset,
      maxAmount,
      maxPrice,
      receiver,
      "0x",
    ],
    apply: (model, { id, asset, maxAmount = MAX_UINT256, maxPrice = MAX_UINT256 }) =>
      model.auctionHouse.take(id, asset, maxAmount, maxPrice),
  }),
  checkpoint: define({
    contract: "auctionHouse",
    call: ({ id, asset }: OnLot) => ["checkpoint", id, asset],
    apply: (model, { id, asset }) => {
      model.auctionHouse.checkpoint(id, asset);
    },
  }),
  restart: define({
    contract: "auctionHouse",
    call: ({ id, asset }: OnLot) => ["restart", id, asset],
    apply: (model, { id, asset }) => {
      model.auctionHouse.restart(id, asset);
    },
  }),
  writeOff: define({
    contract: "auctionHouse",
    call: ({ id }: { readonly id: bigint }) => ["writeOff", id],
    apply: (model, { id }) => model.auctionHouse.writeOff(id),
  }),
  /** The caller, `owner`, takes out their claim. */
  claim: define({
    contract: "auctionHouse",
    call: ({ asset, owner }: { readonly asset: number; readonly owner: string }) => ["claim", asset, owner],
    // The model keeps claims under the owner's address in lower case, as vault keys have it.
    apply: (model, { asset, owner }) => model.auctionHouse.claim(owner.toLowerCase(), asset),
  }),
  claimTip: define({
    contract: "auctionHouse",
    call: ({ keeper }: { readonly keeper: string }) => ["claimTip", keeper],
    apply: (model, { keeper }) => model.auctionHouse.claimTip(keeper),
  }),
} as const;
