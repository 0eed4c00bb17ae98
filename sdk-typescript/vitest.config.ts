import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // They wait more than they work.
    maxWorkers: 3,
    // Far longer than anything takes, so that a slow machine does not fail a test.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
