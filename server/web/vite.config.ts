import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Writes of what sources `dist` was made, so that a test sees when they have moved on. */
function sources(): Plugin {
  return {
    name: "sources",
    closeBundle() {
      const names = readdirSync(here("src")).map((name) => `src/${name}`);
      const digest = createHash("sha256");
      for (const name of ["index.html", ...names].sort()) {
        digest.update(`${name}\n`).update(readFileSync(here(name)));
      }
      writeFileSync(here("dist/SOURCES"), `${digest.digest("hex")}\n`);
    },
  };
}

// The names are without hashes because the server includes the files by name.
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: { alias: { "@nightbell/sdk/web": here("../../sdk-typescript/src/web.ts") } },
  plugins: [sources()],
  build: {
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      output: { entryFileNames: "assets/app.js", assetFileNames: "assets/app[extname]" },
    },
  },
});
