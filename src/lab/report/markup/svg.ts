import { escape } from "./html.js";
import type { Scale } from "./scale.js";

/** The size of a chart and the room for its plot [px]. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** About how many ticks the value axis gets, and how far apart labels of the time axis are. */
  readonly valueTicks: number;
  readonly timeGap: number;
}

/** A point in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Words beside the end of a line. */
export interface EndLabel {
  readonly text: string;
  /** Where the line ends [px]. */
  readonly y: number;
  /** Class that gives the colour. */
  readonly tone: string;
}

/** Height of a line of words in a chart [px]. */
export const LINE = 15;

/** A number for an attribute: at most one decimal. */
export function px(value: number): string {
  return (Math.round(value * 10) / 10).toString();
}

/** One element. Attributes and text are escaped by the caller's types: numbers, or strings through `escape`. */
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

/** Words at a point. */
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
 * At most four points per column of one pixel, in order: its first, lowest, highest and last. Whatever stands out in
 * `points` (by ascending x) still does.
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

/** Path commands through `points`; `step` keeps each value until the next point. */
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

/** A line through `points`. */
export function line(points: readonly Point[], tone: string, step = false): string {
  return points.length === 0 ? "" : element("path", { class: `line ${tone}`, d: trace(points, step) });
}

/** The area between two lines that share their x. */
export function band(upper: readonly Point[], lower: readonly Point[], tone: string, step = false): string {
  if (upper.length === 0 || lower.length === 0) return "";
  const there = trace(upper, step);
  const back = reversed(lower, step);
  return element("path", { class: `area ${tone}`, d: `${there}L${back}Z` });
}

/** Lines, labels and unit of the value axis. The unit stands above it. */
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

/** Heights close to `wanted` that are `gap` apart and inside [top, bottom], in the same order. */
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

/** Words to the right of the plot, each joined to the end of its line by a hair. */
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

/** Names of lines in a row above the plot, at its right. */
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
 * A whole chart. `name` says what it shows to people who cannot see it; the edges of the plot and the empty path are for
 * the pointer.
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

/** Words in the middle of an empty plot. */
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
