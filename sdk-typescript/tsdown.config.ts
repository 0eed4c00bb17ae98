import { defineConfig } from "tsdown";

export default defineConfig({
  entry: [
    "src/index.ts",
    "src/web.ts",
    "src/compat.ts",
    "src/testing.ts",
    "src/beat-thread.ts",
    "src/integrations/node-cron.ts",
    "src/integrations/nestjs.ts",
    "src/integrations/bullmq.ts",
  ],
  format: ["esm", "cjs"],
  dts: true,
  target: "node20",
  platform: "node",
  sourcemap: false,
});
