import { escape } from "./html.js";
import type { Scale } from "./scale.js";

/** Size of a chart and the margins of its plot [px]. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Approximate number of ticks of the value axis, and least distance of time labels [px]. */
  readonly valueTicks: number;
  readonly timeGap: number;
}

/** A point [px]. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A label beside the end of a line. */
export interface EndLabel {
  readonly text: string;
  /** End of the line [px]. */
  readonly y: number;
  /** Class that sets the colour. */
  readonly tone: string;
}

/** Height of a line of text in a chart [px]. */
export const LINE = 15;

/** A number for an attribute, with at most one decimal. */
export function px(value: number): string {
  return (Math.round(value * 10) / 10).toString();
}

/** One element. String attributes are escaped. `content` is markup and is not escaped. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content = "",
): string {
  const list = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? px(value) : escape(value)}"`)
    .join("");
  return content === "" ? `<${name}${list}/>` : `<${name}${list}>${content}</${name}>`;
}

/** Text at a point. It is escaped. */
export function words(
  text: string,
  x: number,
  y: number,
  options: { readonly anchor?: "start" | "middle" | "end"; readonly tone?: string } = {},
): string {
  const attributes = {
    x,
    y,
    ...(options.anchor === undefined || options.anchor === "start" ? {} : { "text-anchor": options.anchor }),
    ...(options.tone === undefined ? {} : { class: options.tone }),
  };
  return element("text", attributes, escape(text));
}

/**
 * At most four points per pixel column, in order: the first, lowest, highest and last. The extremes
 * of `points`, which ascend in x, are preserved.
 */
export function downsample(points: readonly Point[]): readonly Point[] {
  const kept: Point[] = [];
  let column: Point[] = [];
  const flush = (): void => {
    if (column.length <= 4) {
      kept.push(...column);
    } else {
      let [low, high] = [0, 0];
      column.forEach((point, i) => {
        if (point.y < (column[low]?.y ?? 0)) low = i;
        if (point.y > (column[high]?.y ?? 0)) high = i;
      });
      const indices = [...new Set([0, low, high, column.length - 1])].sort((a, b) => a - b);
      kept.push(...indices.flatMap((i) => column[i] ?? []));
    }
    column = [];
  };
  for (const point of points) {
    const head = column[0];
    if (head !== undefined && Math.floor(head.x) !== Math.floor(point.x)) flush();
    column.push(point);
  }
  flush();
  return kept;
}

/** Path commands through `points`. With `step` each value holds until the next point. */
export function trace(points: readonly Point[], step = false): string {
  let path = "";
  let [lastX, lastY] = ["", ""];
  for (const point of downsample(points)) {
    const [x, y] = [px(point.x), px(point.y)];
    if (path === "") path = `M${x} ${y}`;
    else if (x === lastX && y === lastY) continue;
    else if (y === lastY) path += `H${x}`;
    else if (x === lastX) path += `V${y}`;
    else path += step ? `H${x}V${y}` : `L${x} ${y}`;
    [lastX, lastY] = [x, y];
  }
  return path;
}

export function line(points: readonly Point[], tone: string, step = false): string {
  return points.length === 0 ? "" : element("path", { class: `line ${tone}`, d: trace(points, step) });
}

/** The area between two lines with the same x values. */
export function band(upper: readonly Point[], lower: readonly Point[], tone: string, step = false): string {
  if (upper.length === 0 || lower.length === 0) return "";
  const there = trace(upper, step);
  const back = reversed(lower, step);
  return element("path", { class: `area ${tone}`, d: `${there}L${back}Z` });
}

/** Grid, labels and unit of the value axis. The unit stands above the axis. */
export function valueAxis(scale: Scale, unit: string, frame: Frame): string {
  const right = frame.width - frame.right;
  const grid = scale.ticks.map((tick) =>
    element("path", { class: "grid", d: `M${px(frame.left)} ${px(tick.at)}H${px(right)}` }),
  );
  const labels = scale.ticks.map((tick) =>
    words(tick.label, frame.left - 8, tick.at + 4, { anchor: "end", tone: "tick" }),
  );
  const note = scale.logarithmic ? `${unit}, logarithmic` : unit;
  return grid.join("") + labels.join("") + words(note, 0, 12, { tone: "unit" });
}

/** Base line, ticks and unit of the horizontal axis. */
export function baseAxis(scale: Scale, unit: string, frame: Frame): string {
  const y = frame.height - frame.bottom;
  const right = frame.width - frame.right;
  const base = element("path", { class: "base", d: `M${px(frame.left)} ${px(y)}H${px(right)}` });
  const ticks = scale.ticks.map(
    (tick) =>
      element("path", { class: "base", d: `M${px(tick.at)} ${px(y)}v5` }) +
      words(tick.label, tick.at, y + 19, { anchor: "middle", tone: "tick" }),
  );
  return base + ticks.join("") + words(unit, right, y + 36, { anchor: "end", tone: "unit" });
}

/**
 * Heights close to `wanted`, in the same order, at least `gap` apart and from `top` to `bottom`.
 * They may end below `bottom` if the range is too small.
 */
export function spread(
  wanted: readonly number[],
  gap: number,
  top: number,
  bottom: number,
): readonly number[] {
  const order = wanted.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y || a.i - b.i);
  const placed: number[] = [];
  let floor = top;
  for (const { y } of order) {
    const at = Math.max(y, floor);
    placed.push(at);
    floor = at + gap;
  }
  let ceiling = Math.max(bottom, top + gap * (order.length - 1));
  for (let k = placed.length - 1; k >= 0; k--) {
    placed[k] = Math.min(placed[k] ?? ceiling, ceiling);
    ceiling = (placed[k] ?? ceiling) - gap;
  }
  const result = wanted.map(() => 0);
  order.forEach(({ i }, k) => (result[i] = placed[k] ?? 0));
  return result;
}

/** Labels to the right of the plot, each joined to the end of its line by a hairline. */
export function endLabels(labels: readonly EndLabel[], frame: Frame): string {
  const x = frame.width - frame.right;
  const places = spread(
    labels.map((label) => label.y),
    LINE,
    frame.top + 4,
    frame.height - frame.bottom - 2,
  );
  return labels
    .map((label, i) => {
      const y = places[i] ?? label.y;
      const hair = element("path", {
        class: `hair ${label.tone}`,
        d: `M${px(x + 2)} ${px(label.y)}L${px(x + 10)} ${px(y)}`,
      });
      return hair + words(label.text, x + 14, y + 4, { tone: `label ${label.tone}` });
    })
    .join("");
}

/** Names of lines in a row above the plot, right-aligned. */
export function legend(
  names: readonly { readonly text: string; readonly tone: string }[],
  frame: Frame,
): string {
  let x = frame.width - frame.right;
  return [...names]
    .reverse()
    .map(({ text, tone }) => {
      const name = words(text, x, 12, { anchor: "end", tone });
      x -= text.length * 7.2 + 14;
      return name;
    })
    .reverse()
    .join("");
}

/**
 * A whole chart. `name` is its text for screen readers. The script reads the edges of the plot from
 * the data attributes, and draws the crosshair in the empty path.
 */
export function chart(frame: Frame, name: string, content: string, variant: string): string {
  const attributes = {
    class: `chart ${variant}`,
    viewBox: `0 0 ${frame.width} ${frame.height}`,
    role: "img",
    "aria-label": name,
    "data-left": frame.left,
    "data-right": frame.width - frame.right,
    "data-top": frame.top,
    "data-bottom": frame.height - frame.bottom,
  };
  return element("svg", attributes, content + element("path", { class: "cross" }));
}

/** Text in the middle of an empty plot. */
export function emptyNote(text: string, frame: Frame): string {
  const x = (frame.left + frame.width - frame.right) / 2;
  const y = (frame.top + frame.height - frame.bottom) / 2;
  return words(text, x, y, { anchor: "middle", tone: "empty halo" });
}

function reversed(points: readonly Point[], step: boolean): string {
  const forward = downsample(points);
  const corners: Point[] = [];
  forward.forEach((point, i) => {
    const before = forward[i - 1];
    if (step && before !== undefined && before.y !== point.y) corners.push({ x: point.x, y: before.y });
    corners.push(point);
  });
  const backwards = corners.reverse().map((p) => ({ x: px(p.x), y: px(p.y) }));
  return backwards
    .filter((p, i) => {
      const last = backwards[i - 1];
      return last === undefined || last.x !== p.x || last.y !== p.y;
    })
    .map((p) => `${p.x} ${p.y}`)
    .join("L");
}
