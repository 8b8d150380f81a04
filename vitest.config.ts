import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: [
      { find: /^laminet$/, replacement: fileURLToPath(new URL('lib/index.ts', import.meta.url)) },
      { find: /^laminet\/plot$/, replacement: fileURLToPath(new URL('lib/plot/index.ts', import.meta.url)) },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    // Two workers beside each other: OpenMP teams must not fight for the cores.
    env: { OMP_NUM_THREADS: '1', LAMINET_NUM_THREADS: '1' },
  },
});
