/**
 * A node of the compiler's AST. Its fields depend on its type: read them with the functions below.
 */
export interface Node {
  readonly nodeType: string;
  /** "offset:length:source" in bytes. */
  readonly src: string;
  readonly [field: string]: unknown;
}

/** A range of bytes in a source. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "nodeType" in value && "src" in value;
}

export function rangeOf(node: Node): Range {
  const [start = NaN, length = NaN] = node.src.split(":").map(Number);
  return { start, end: start + length };
}

/** The child node in `field`, if there is one. */
export function child(node: Node, field: string): Node | undefined {
  const value = node[field];
  return isNode(value) ? value : undefined;
}

/** The child nodes in `field`. */
export function children(node: Node, field: string): Node[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The text in `field`, "" if there is none. */
export function text(node: Node, field: string): string {
  const value = node[field];
  return typeof value === "string" ? value : "";
}

/** The type of an expression as the compiler prints it. */
export function typeOf(node: Node): string {
  const descriptions = node.typeDescriptions as { typeString?: unknown } | undefined;
  return typeof descriptions?.typeString === "string" ? descriptions.typeString : "";
}

/** A node and its ancestors, the nearest first. */
export interface Visit {
  readonly node: Node;
  readonly above: readonly Node[];
}

/** Visits `root` and every node below it, in the order of the source as far as the AST keeps it. */
export function* walk(root: Node, above: readonly Node[] = []): Generator<Visit> {
  yield { node: root, above };
  for (const value of Object.values(root)) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(item)) yield* walk(item, [root, ...above]);
    }
  }
}
