import type { Overrides } from "ethers";

import type { VaultLens } from "../../types/index.js";
import type { VaultKey, VaultState } from "../model/index.js";

/** Most keys per call of the lens. */
export const RECORDS_PER_CALL = 300;

const LOW_128 = 2n ** 128n - 1n;
const LOW_64 = 2n ** 64n - 1n;

/**
 * The stored state of at most `RECORDS_PER_CALL` vaults, in the order of `keys`.
 * @param overrides of the call, such as the block to read at
 */
export async function readRecords(
  lens: VaultLens,
  keys: readonly VaultKey[],
  overrides: Overrides & { blockTag?: number | string } = {},
): Promise<VaultState[]> {
  return decodeRecords(await lens.records([...keys], overrides));
}

/** Decodes vault states from the flat list of `VaultLens.records`. */
export function decodeRecords(words: readonly bigint[]): VaultState[] {
  const vaults: VaultState[] = [];
  for (let at = 0; at < words.length;) {
    const header = words[at++] ?? 0n;
    const balances = new Map<number, bigint>();
    for (let set = (header >> 128n) & LOW_64, id = 0; set > 0n; set >>= 1n, id++) {
      if (set & 1n) balances.set(id, words[at++] ?? 0n);
    }
    vaults.push({ scaledDebt: header & LOW_128, balances, flaggedAt: header >> 192n });
  }
  return vaults;
}
