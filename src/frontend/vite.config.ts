import { defineConfig } from "vitest/config";

export default defineConfig({
  base: "/static/",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../fieldreel/web/static",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // Nothing inlined, so that the CSP may stay strict.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 620,
    rollupOptions: { input: "src/main.tsx" },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    env: { TZ: "Europe/Berlin" },
    restoreMocks: true,
    unstubGlobals: true,
  },
});
