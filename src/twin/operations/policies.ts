import type { RoundHistory } from "../../model/index.js";
import { define } from "./definition.js";

export interface OnAsset {
  readonly asset: number;
}

/** Operations on the policies that anyone may call. */
export const POLICY_OPERATIONS = {
  updateLastGoodPrice: define({
    contract: "oracleGuard",
    call: ({ asset }: OnAsset) => ["updateLastGoodPrice", asset],
    apply: (model, { asset }) => model.oracleGuard.updateLastGoodPrice(asset),
  }),
  observePrice: define({
    contract: "oracleGuard",
    call: ({ asset }: OnAsset) => ["observe", asset],
    apply: (model, { asset }) => {
      model.oracleGuard.observe(asset);
    },
  }),
  pokeBreaker: define({
    contract: "circuitBreaker",
    call: ({ asset }: OnAsset) => ["poke", asset],
    apply: (model, { asset }) => model.circuitBreaker.poke(asset),
  }),
  refreshBreaker: define({
    contract: "circuitBreaker",
    call: () => ["refresh"],
    apply: (model) => {
      model.circuitBreaker.refresh();
    },
  }),
  /** `feed` holds the rounds of the asset's primary feed for the model; the chain reads its own. */
  pokeVolatility: define({
    contract: "volatilityModel",
    call: ({ asset }: OnAsset & { readonly feed: RoundHistory }) => ["poke", asset],
    apply: (model, { asset, feed }) => {
      model.volatilityModel.poke(asset, feed);
    },
  }),
  pokeCorrelation: define({
    contract: "volatilityModel",
    call: ({ a, b }: { readonly a: number; readonly b: number }) => ["pokeCorrelation", a, b],
    apply: (model, { a, b }) => {
      model.volatilityModel.state.pokeCorrelation(a, b);
    },
  }),
} as const;
