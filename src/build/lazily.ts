/**
 * Preloaded by the commands that need contracts (`node --import`). It builds the contracts when
 * their types are first imported, and only if they are not built already. By then the command has
 * read its arguments.
 */
import { basename } from "node:path";

import { BUILDS } from "./lists.js";
import { buildOnImport } from "./onImport.js";

const list = BUILDS[basename(process.argv[1] ?? "", ".ts")];
if (list !== undefined) buildOnImport(list);
