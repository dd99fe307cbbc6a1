/**
 * Preloaded by the commands that need contracts (`node --import`): builds them when first something imports their types, so
 * that a command has read its arguments by then, and only if they are not built already.
 */
import { basename } from "node:path";

import { BUILDS } from "./lists.js";
import { buildOnImport } from "./onImport.js";

const list = BUILDS[basename(process.argv[1] ?? "", ".ts")];
if (list !== undefined) buildOnImport(list);
