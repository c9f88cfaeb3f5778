// `npm run dev` shows the scenes from the sources; `npm run scenes` shows them from the build, under the real page's CSP.
import { defineConfig, mergeConfig } from "vite";
import page from "../vite.config";
import { mockServer } from "./mock";

export default mergeConfig(
  page,
  defineConfig({ plugins: [mockServer()], server: { host: "127.0.0.1" }, preview: { host: "127.0.0.1" } }),
);
