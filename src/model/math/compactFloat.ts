const MANTISSA = 16n;

/**
 * The largest number of at most 16 significant bits that is at most `x`. Mirrors
 * `CompactFloat.encodeDown`, decoded.
 */
export function compactDown(x: bigint): bigint {
  const exponent = exponentOf(x);
  return (x >> exponent) << exponent;
}

/**
 * The smallest number of at most 16 significant bits that is at least `x`. Mirrors
 * `CompactFloat.encodeUp`, decoded.
 */
export function compactUp(x: bigint): bigint {
  const below = compactDown(x);
  return below === x ? x : below + (1n << exponentOf(x));
}

function exponentOf(x: bigint): bigint {
  const bits = BigInt(x.toString(2).length);
  return bits <= MANTISSA ? 0n : bits - MANTISSA;
}
