import { BIDDERS } from "./bidders.js";
import { CAPITAL } from "./capital.js";
import { MARKET } from "./market.js";
import { type Kind, type Operation, type Perform } from "./operation.js";
import { type Run } from "./run.js";
import { VAULTS } from "./vaults.js";

const PERFORM: Record<Kind, Perform> = { ...VAULTS, ...BIDDERS, ...CAPITAL, ...MARKET };

/** Performs one operation. Its targets are looked up in the model. */
export async function perform(r: Run, o: Operation): Promise<void> {
  await PERFORM[o.kind](r, o);
}
