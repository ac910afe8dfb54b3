import { defineConfig } from 'vitest/config';

/** Fast units sit beside the code; whole-station, browser and Redis tests in test/. */
export default defineConfig({
  test: {
    include: ['libs/*/src/**/*.test.ts', 'apps/*/src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // scripts/check.mjs reads the counts from here.
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/flashline/tests.json' }]],
  },
});
