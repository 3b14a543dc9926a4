import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** What tells of the build, and isn't served. */
const KEPT = ["sources.txt"];

function pack(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = join(folder, entry.name);
    if (entry.isDirectory()) pack(place);
    else if (!KEPT.includes(entry.name)) {
      const plain = readFileSync(place);
      const packed = gzipSync(plain, { level: constants.Z_BEST_COMPRESSION });
      const smaller = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } });
      writeFileSync(`${place}.gz`, packed);
      if (smaller.length < packed.length) writeFileSync(`${place}.br`, smaller);
      rmSync(place);
    }
  }
}

/** Replaces each built file by its compressed forms: the server sends them as they are. */
export function packed(): Plugin {
  let out = "";
  return {
    name: "packed",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      out = resolve(config.root, config.build.outDir);
    },
    closeBundle: { order: "post", sequential: true, handler: () => pack(out) },
  };
}
