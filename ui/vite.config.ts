import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { manifest } from "./build/manifest.ts";
import { packed } from "./build/packed.ts";

const server = process.env["STRONGROOM_ADDR"] ?? "http://127.0.0.1:8200";

export default defineConfig({
  base: "/ui/",
  plugins: [react(), manifest(), packed()],
  build: {
    outDir: process.env["UI_OUT"] ?? "../src/strongroom/interface/files",
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0, // a data: URL would need an exception in the content security policy
    modulePreload: { polyfill: false },
    sourcemap: false,
    license: { fileName: "licenses.md" }, // which most licenses of what is built in ask for
    target: "es2022",
  },
  server: { proxy: { "/v1": server } },
  test: { include: ["test/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
