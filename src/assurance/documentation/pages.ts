import { readdir } from "node:fs/promises";

/** The README and every page under docs/, as paths from the root of the repository. */
export async function pages(root: URL): Promise<readonly string[]> {
  const files = await readdir(new URL("docs/", root), { recursive: true });
  const found = files.filter((file) => file.endsWith(".md")).map((file) => `docs/${file}`);
  return ["README.md", ...found.sort()];
}
