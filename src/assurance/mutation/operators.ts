import { type Node, type Range, type Visit, child, children, rangeOf, text, typeOf, walk } from "./ast.js";

export type Operator =
  | "comparison"
  | "arithmetic"
  | "rounding"
  | "removed check"
  | "swapped arguments"
  | "boolean"
  | "constant"
  | "deleted statement"
  | "other member"
  | "minimum"
  | "dropped write"
  | "stale event";

export interface Change {
  readonly range: Range;
  readonly replacement: string;
}

type Changes = (visit: Visit, bytes: Buffer) => Change[];

/**
 * The changes that each mutation operator makes to a node. An operator that does not apply makes
 * none.
 */
export const OPERATORS: readonly (readonly [Operator, Changes])[] = [
  ["comparison", (visit, bytes) => infix(visit.node, bytes, COMPARISONS)],
  ["arithmetic", (visit, bytes) => infix(visit.node, bytes, ARITHMETIC)],
  ["boolean", boolean],
  ["rounding", rounding],
  ["removed check", removedCheck],
  ["swapped arguments", swappedArguments],
  ["constant", constant],
  ["deleted statement", deletedStatement],
  ["other member", otherMember],
  ["minimum", minimum],
  ["dropped write", droppedWrite],
  ["stale event", staleEvent],
];

const COMPARISONS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
};

const ARITHMETIC: Readonly<Record<string, readonly string[]>> = {
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "<<": [">>"],
  ">>": ["<<"],
  "&": ["|"],
  "|": ["&"],
  "^": ["|"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "/=": ["*="],
  "<<=": [">>="],
  ">>=": ["<<="],
};

/**
 * Functions that multiply, add or compare their first two arguments. Swapping these arguments
 * changes nothing.
 */
const COMMUTATIVE =
  /^(mulDiv(Up|Down|DownSaturating)?|mul512|mulmod|addmod|min|max|saturatingAdd|saturatingMul|valueDown|debt(Up|Down))$/;

/** The name that rounds the other way, by pattern. */
const ROUNDING_PAIRS: readonly (readonly [RegExp, string])[] = [
  [/Up$/, "Down"],
  [/Down$/, "Up"],
  [/^Ceil$/, "Floor"],
  [/^Floor$/, "Ceil"],
];

/** Members that are easily confused. */
const ALIKE: readonly (readonly string[])[] = [
  ["liquidation", "low", "high"],
  ["startedAt", "updatedAt"],
];

/** The inverse of an operator. */
const INVERSE: Readonly<Record<string, string>> = { "+": "-", "-": "+", "+=": "-", "-=": "+" };

function infix(node: Node, bytes: Buffer, table: Readonly<Record<string, readonly string[]>>): Change[] {
  const [left, right] =
    node.nodeType === "BinaryOperation"
      ? [child(node, "leftExpression"), child(node, "rightExpression")]
      : node.nodeType === "Assignment"
        ? [child(node, "leftHandSide"), child(node, "rightHandSide")]
        : [];
  if (left === undefined || right === undefined) return [];
  const operator = text(node, "operator");
  const range = between(rangeOf(left).end, rangeOf(right).start, operator, bytes);
  return (Object.hasOwn(table, operator) ? (table[operator] ?? []) : []).map((replacement) => ({
    range,
    replacement,
  }));
}

function boolean({ node }: Visit, bytes: Buffer): Change[] {
  const swap = infix(node, bytes, { "&&": ["||"], "||": ["&&"] });
  if (node.nodeType !== "UnaryOperation" || text(node, "operator") !== "!") return swap;
  const { start } = rangeOf(node);
  return [{ range: { start, end: start + 1 }, replacement: "" }];
}

/**
 * Replaces a function or a rounding mode by its counterpart. A counterpart that does not exist does
 * not compile, so the mutant is invalid.
 */
function rounding({ node, above }: Visit): Change[] {
  const [name, range] = called(node, above);
  if (range === undefined) return [];
  return ROUNDING_PAIRS.filter(([pattern]) => pattern.test(name)).map(([pattern, twin]) => ({
    range,
    replacement: name.replace(pattern, twin),
  }));
}

function called(node: Node, above: readonly Node[]): [string, Range | undefined] {
  const parent = above[0];
  const isCallee = parent?.nodeType === "FunctionCall" && child(parent, "expression") === node;
  const isMode = typeOf(node).startsWith("enum Math.Rounding");
  if (!isCallee && !isMode) return ["", undefined];
  const { start, end } = rangeOf(node);
  const name = node.nodeType === "MemberAccess" ? text(node, "memberName") : text(node, "name");
  if (node.nodeType === "MemberAccess") return [name, { start: end - name.length, end }];
  return node.nodeType === "Identifier" ? [name, { start, end }] : ["", undefined];
}

/** Removes a `require`, an `if` that only reverts or returns, or a modifier. */
function removedCheck({ node }: Visit, bytes: Buffer): Change[] {
  if (node.nodeType === "ModifierInvocation" && text(node, "kind") === "modifierInvocation") {
    return [{ range: rangeOf(node), replacement: "" }];
  }
  if (isCallTo(node, "require")) return [statement(node, bytes)];
  if (node.nodeType !== "IfStatement" || child(node, "falseBody") !== undefined) return [];
  const body = child(node, "trueBody");
  const only = body?.nodeType === "Block" ? children(body, "statements") : body === undefined ? [] : [body];
  const [first] = only;
  if (only.length !== 1 || first === undefined) return [];
  const leaves =
    first.nodeType === "RevertStatement" || first.nodeType === "Return" || isCallTo(first, "revert");
  return leaves ? [statement(node, bytes)] : [];
}

function swappedArguments({ node }: Visit, bytes: Buffer): Change[] {
  if (node.nodeType !== "FunctionCall" || text(node, "kind") === "typeConversion") return [];
  const callee = child(node, "expression");
  const name = callee === undefined ? "" : text(callee, "memberName") || text(callee, "name");
  const named = Array.isArray(node.names) && node.names.length > 0;
  const args = children(node, "arguments");
  const changes: Change[] = [];
  for (const [i, right] of args.entries()) {
    const left = args[i - 1];
    if (left === undefined || named || (i === 1 && COMMUTATIVE.test(name))) continue;
    const [a, b] = [rangeOf(left), rangeOf(right)];
    const [first, second] = [slice(bytes, a), slice(bytes, b)];
    if (first === second) continue;
    const gap = bytes.subarray(a.end, b.start).toString();
    changes.push({ range: { start: a.start, end: b.end }, replacement: second + gap + first });
  }
  return changes;
}

/** Replaces a number by one more, and by one less unless it is 0. */
function constant({ node, above }: Visit, bytes: Buffer): Change[] {
  if (node.nodeType !== "Literal" || text(node, "kind") !== "number") return [];
  if (above.some((n) => n.nodeType === "ArrayTypeName")) return [];
  const range = rangeOf(node);
  const was = slice(bytes, range);
  const changed = (sign: string): Change => ({ range, replacement: `(${was} ${sign} 1)` });
  return /^0+$/.test(was) ? [changed("+")] : [changed("+"), changed("-")];
}

/** Removes an assignment, a call made for its effect, a `delete`, an increment or an event. */
function deletedStatement({ node, above }: Visit, bytes: Buffer): Change[] {
  // Skip the step of a loop. It has no semicolon, and without it a loop only runs out of gas.
  if (above[0]?.nodeType === "ForStatement" && child(above[0], "loopExpression") === node) return [];
  if (node.nodeType === "EmitStatement") return [statement(node, bytes)];
  if (node.nodeType !== "ExpressionStatement" || isCallTo(node, "require") || isCallTo(node, "revert"))
    return [];
  return [statement(node, bytes)];
}

/**
 * Replaces a member by one that is easily confused with it, such as `liquidation` by `low`. A
 * member that does not exist does not compile.
 */
function otherMember({ node }: Visit): Change[] {
  if (node.nodeType !== "MemberAccess") return [];
  const name = text(node, "memberName");
  const { end } = rangeOf(node);
  const others = ALIKE.filter((names) => names.includes(name)).flat();
  return others
    .filter((other) => other !== name)
    .map((replacement) => ({ range: { start: end - name.length, end }, replacement }));
}

/** Swaps `min` and `max`. */
function minimum({ node, above }: Visit): Change[] {
  const [name, range] = called(node, above);
  if (range === undefined || (name !== "min" && name !== "max")) return [];
  return [{ range, replacement: name === "min" ? "max" : "min" }];
}

/** Drops one target of a tuple assignment, which then keeps its value. */
function droppedWrite({ node }: Visit): Change[] {
  const target = node.nodeType === "Assignment" ? child(node, "leftHandSide") : undefined;
  if (target?.nodeType !== "TupleExpression") return [];
  const parts = children(target, "components");
  return parts.length < 2 ? [] : parts.map((part) => ({ range: rangeOf(part), replacement: "" }));
}

/**
 * Makes an event report the value before the last step: `a` instead of `a - b`, or of a variable
 * set to `a - b`.
 */
function staleEvent({ node, above }: Visit, bytes: Buffer): Change[] {
  const call = node.nodeType === "EmitStatement" ? child(node, "eventCall") : undefined;
  const scope = above.find(({ nodeType }) => nodeType === "FunctionDefinition");
  if (call === undefined || scope === undefined) return [];
  return children(call, "arguments").flatMap((argument) => {
    const range = rangeOf(argument);
    const step = argument.nodeType === "Identifier" ? lastStep(scope, argument) : undefined;
    const [operation, inverted] = [step ?? argument, step !== undefined];
    const left = child(operation, "leftExpression");
    const right = child(operation, "rightExpression") ?? child(operation, "rightHandSide");
    const inverse = INVERSE[text(operation, "operator")];
    if (inverse === undefined || right === undefined) return [];
    if (inverted) {
      const before = `${slice(bytes, range)} ${inverse} (${slice(bytes, rangeOf(right))})`;
      return [{ range, replacement: before }];
    }
    return left === undefined ? [] : [{ range, replacement: slice(bytes, rangeOf(left)) }];
  });
}

/** The last expression before `use` that set the variable, such as a sum or a difference. */
function lastStep(scope: Node, use: Node): Node | undefined {
  const id = use.referencedDeclaration;
  let last: Node | undefined;
  for (const { node } of walk(scope)) {
    if (rangeOf(node).start >= rangeOf(use).start) continue;
    if (node.nodeType === "VariableDeclarationStatement") {
      const [only, ...others] = children(node, "declarations");
      if (only?.id === id && others.length === 0) last = child(node, "initialValue");
    } else if (node.nodeType === "Assignment" && child(node, "leftHandSide")?.referencedDeclaration === id) {
      last = text(node, "operator") === "=" ? child(node, "rightHandSide") : node;
    }
  }
  return last === undefined ? undefined : unwrapped(last);
}

/**
 * The argument of a call with one argument, such as a checked cast, unwrapped repeatedly. Other
 * nodes are returned unchanged.
 */
function unwrapped(node: Node): Node {
  const [only, ...others] = node.nodeType === "FunctionCall" ? children(node, "arguments") : [];
  return only === undefined || others.length > 0 ? node : unwrapped(only);
}

/** Whether a statement is a call of the built-in `name`. */
function isCallTo(node: Node, name: string): boolean {
  const call = node.nodeType === "ExpressionStatement" ? child(node, "expression") : undefined;
  const callee = call?.nodeType === "FunctionCall" ? child(call, "expression") : undefined;
  return callee !== undefined && text(callee, "name") === name;
}

/**
 * Replaces a statement and its semicolon by an empty block, which is valid wherever a statement is.
 */
function statement(node: Node, bytes: Buffer): Change {
  const { start, end } = rangeOf(node);
  const semicolon = /^\s*;/.exec(bytes.subarray(end, end + 200).toString());
  return { range: { start, end: end + (semicolon?.[0].length ?? 0) }, replacement: "{}" };
}

/** The position of `operator` between two operands. There may be comments between them. */
function between(start: number, end: number, operator: string, bytes: Buffer): Range {
  const gap = bytes.subarray(start, end).toString("latin1");
  const code = gap.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (comment) => " ".repeat(comment.length));
  const at = start + code.indexOf(operator);
  return { start: at, end: at + operator.length };
}

function slice(bytes: Buffer, { start, end }: Range): string {
  return bytes.subarray(start, end).toString();
}
