/** One bar of a price series: opening time [s], length [s], prices [WAD]. */
export interface Bar {
  readonly start: number;
  readonly length: number;
  readonly open: bigint;
  readonly high: bigint;
  readonly low: bigint;
  readonly close: bigint;
}

/** A price [WAD] at a time [s]. */
export interface PricePoint {
  readonly time: number;
  readonly price: bigint;
}

/** Longest step of an interpolated path [s]. */
export const MAX_STEP = 120;
/** Longest step between price-only rows that is not interpolated [s]. */
export const MAX_RAW_STEP = 300;

/**
 * The corners of a path through bars: each bar's open, first extreme, second extreme and close, at
 * the start of its four quarters. A bar that closed below its open reached the high first, any
 * other bar the low.
 */
export function cornersOfBars(bars: readonly Bar[]): PricePoint[] {
  return bars.flatMap((bar) => {
    const [first, second] = bar.close < bar.open ? [bar.high, bar.low] : [bar.low, bar.high];
    return [bar.open, first, second, bar.close].map((price, quarter) => ({
      time: bar.start + Math.floor((bar.length * quarter) / 4),
      price,
    }));
  });
}

/**
 * `corners`, with straight lines in steps of at most `MAX_STEP` between those further apart than
 * `untouched` [s]. Corners must ascend in time, at least two seconds apart.
 */
export function interpolate(corners: readonly PricePoint[], untouched: number): PricePoint[] {
  const path: PricePoint[] = [];
  corners.forEach((corner, i) => {
    const next = corners[i + 1];
    path.push(corner);
    if (next === undefined || next.time - corner.time <= untouched) return;
    const pieces = Math.ceil((next.time - corner.time) / MAX_STEP);
    for (let piece = 1; piece < pieces; piece++) {
      const rise = ((next.price - corner.price) * BigInt(piece)) / BigInt(pieces);
      const time = corner.time + Math.floor(((next.time - corner.time) * piece) / pieces);
      path.push({ time, price: corner.price + rise });
    }
  });
  return path;
}

/** The path of a series of bars, in steps of at most `MAX_STEP`. */
export function pathOfBars(bars: readonly Bar[]): PricePoint[] {
  return interpolate(cornersOfBars(bars), MAX_STEP);
}

/** The path of price-only rows. Only steps longer than `MAX_RAW_STEP` are interpolated. */
export function pathOfPrices(points: readonly PricePoint[]): PricePoint[] {
  return interpolate(points, MAX_RAW_STEP);
}
