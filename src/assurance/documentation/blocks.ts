import { DEPLOYMENT_SECTIONS, type Section, deploymentTable, settingsTable } from "./parameters.js";

const BLOCK = /<!-- (parameters|settings): (\w+) -->\n[\s\S]*?<!-- end -->/g;

/**
 * A document with every generated block rewritten from the code. Throws a `RangeError` for a block
 * of an unknown section.
 */
export function regenerated(text: string): string {
  return text.replaceAll(BLOCK, (_, kind: string, name: string) => {
    const table = kind === "settings" ? settingsTable(name) : deploymentTable(sectionOf(name));
    return `<!-- ${kind}: ${name} -->\n\n${table}\n\n<!-- end -->`;
  });
}

function sectionOf(name: string): Section {
  const section = DEPLOYMENT_SECTIONS.find((s) => s === name);
  if (section === undefined)
    throw new RangeError(`parameters: ${name}: must be one of ${DEPLOYMENT_SECTIONS.join(", ")}`);
  return section;
}
