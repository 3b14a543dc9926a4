import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Plugin } from "vite";

/** What the built files are made from, besides the packages that the lock file names. */
const SOURCES = ["src", "public", "build", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"];

function filesOf(root: string, name: string): string[] {
  const place = join(root, name);
  try {
    return readdirSync(place, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? filesOf(root, join(name, entry.name)) : [join(name, entry.name)]));
  } catch {
    return [name];
  }
}

/** A digest of all sources; `tools/interface_sources.py` computes the same, to tell without Node whether the built files are of these sources. */
export function digestOf(root: string): string {
  const whole = createHash("sha256");
  for (const name of SOURCES.flatMap((each) => filesOf(root, each)).sort()) {
    whole.update(`${relative(".", name)}\0${createHash("sha256").update(readFileSync(join(root, name))).digest("hex")}\n`);
  }
  return whole.digest("hex");
}

/** Adds `sources.txt` to the built files. */
export function manifest(): Plugin {
  let root = "";
  return {
    name: "sources",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "sources.txt", source: `${digestOf(root)}\n` });
    },
  };
}
