/**
 * A vault's key as the contracts have it: `0x`, 40 hex digits of the owner, 24 of the index; lower
 * case.
 */
export type VaultKey = `0x${string}`;

/** The key of `owner`'s vault number `index` (0 to 2^96 - 1). */
export function vaultKey(owner: string, index: bigint): VaultKey {
  return `0x${owner.slice(2).toLowerCase()}${index.toString(16).padStart(24, "0")}`;
}

/** The owner in a key, lower case. */
export function ownerOf(key: VaultKey): string {
  return key.slice(0, 42);
}
