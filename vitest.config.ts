import { defineConfig } from 'vitest/config';

/** Tests that start the program itself, or build it: each start takes a while, so `npm run check` leaves them out. */
const PROGRAMS = [
  'test/commands/{webhook,issuer,executables}.test.ts',
  'test/demo/{failures,program,stand-in}.test.ts',
  'test/repo/{alerts,build,docs-issuer}.test.ts',
];

/** Folders with a project of their own; all others are fast tests, also those that are yet to come. */
const SPECIAL = ['test/{bench,chart,clients,e2e,fuzz,image,slow}/**'];

/**
 * Files share one process and its modules: no module here has state, and loading them once halves the time. A property
 * that takes a second alone takes many on a machine that is busy.
 */
const QUICK = { isolate: false, testTimeout: 30_000, hookTimeout: 30_000 };

export default defineConfig({
  test: {
    // Vitest leaves one core to itself; where there are two, that is half the machine.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...SPECIAL, ...PROGRAMS],
          ...QUICK,
        },
      },
      { test: { name: 'programs', include: PROGRAMS, testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'fuzz',
          include: ['test/fuzz/**/*.test.ts'],
          ...QUICK,
          // `npm run fuzz` asks for a hundred thousand runs of each property; otherwise there are a few hundred.
          ...(process.env['FUZZ_RUNS'] !== undefined && { testTimeout: 1_800_000 }),
        },
      },
      {
        test: {
          name: 'chart',
          globalSetup: ['test/chart/global-setup.ts'],
          include: ['test/chart/**/*.test.ts'],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'clients',
          include: ['test/clients/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'slow',
          include: ['test/slow/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: { name: 'image', include: ['test/image/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        test: {
          name: 'e2e',
          globalSetup: ['test/e2e/global-setup.ts'],
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
