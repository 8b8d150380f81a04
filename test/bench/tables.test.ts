import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kinds, startReport } from '../../bench/report.mjs';
import { fillSection, markdownTable, provenance } from '../../bench/sections.mjs';
import { bestPeer, meanRatios, tables } from '../../bench/tables.mjs';

const contestant = (name: string, ratio: number, more = {}) => ({
  ...{ name, ratio, imagesPerSecond: 100 / ratio, msPerStep: 10 * ratio, firstStep: 0.5, peakMemory: 2e8 },
  ...more,
});
const result = (batch: number, threads: number, ...ratios: number[]) => ({
  ...{ model: 'B', batch, threads },
  contestants: [
    contestant('laminet', 1, { firstStepAgain: 0.1, eventLoop: { p50: 0.1, p99: 1, max: 5 } }),
    ...ratios.map((ratio, i) => contestant(`peer ${i}`, ratio)),
  ],
});

describe('sections of a page', () => {
  const page = 'before\n<!-- bench:train -->\nold\n<!-- /bench:train -->\nafter\n';

  it('are filled between their markers, again and again', () => {
    const once = fillSection(page, 'train', 'new\n');
    expect(once).toBe('before\n<!-- bench:train -->\nnew\n<!-- /bench:train -->\nafter\n');
    expect(fillSection(once, 'train', 'new')).toBe(once);
  });

  it('must be there', () => {
    expect(() => fillSection(page, 'ops', 'new')).toThrow("no section 'ops'");
  });

  it('exist in docs/performance.md for every kind of measurement', () => {
    const performance = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'performance.md'), 'utf8');
    for (const kind of [...kinds, 'train_avx2']) expect(fillSection(performance, kind, 'new')).toContain('new');
  });
});

describe('the line above a table', () => {
  it('says where, when and of what, and which variables were set', () => {
    const report = {
      ...{
        machine: { cpu: 'Some CPU', instructionSets: ['avx2'], cores: 2, system: 'linux', loadBefore: 0.1 },
        commit: '0123456789',
      },
      ...{
        date: '2026-01-02T03:04:05Z',
        changed: true,
        versions: { laminet: 'oneDNN 2.6.3, 2 threads, AVX2', node: 'Node v20' },
      },
      environment: { DNNL_MAX_CPU_ISA: 'AVX2' },
    };
    expect(provenance(report)).toBe(
      'Measured 2026-01-02 at commit 0123456 with changes on Some CPU (avx2), 2 cores, linux, load 0.10 before; ' +
        'oneDNN 2.6.3, AVX2; Node v20; DNNL_MAX_CPU_ISA=AVX2.',
    );
  });
});

describe('tables', () => {
  it('are Markdown', () => {
    expect(markdownTable(['a', 'b'], [['1', '2']])).toBe('| a | b |\n|---|---|\n| 1 | 2 |');
  });

  it('compare with the peer that comes nearest', () => {
    expect(bestPeer(result(32, 1, 3, 2, 4))?.name).toBe('peer 1');
    expect(bestPeer(result(32, 1))).toBeUndefined();
  });

  it('average the ratios to the best peers, by threads', () => {
    const means = meanRatios([result(32, 1, 3, 2), result(256, 1, 8), result(32, 2, 5)]);
    expect(means.map(({ threads, cases }) => [threads, cases])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(means[0]?.mean).toBeCloseTo(4);
    expect(means[1]?.mean).toBeCloseTo(5);
  });

  it('of a training hold the ratios, first steps and memory of everyone', () => {
    const report = { ...startReport('train', { rounds: 7, slice: 0.3 }), results: [result(32, 2, 3, 2)] };
    const text = tables.train(report);
    expect(text).toContain('| B, 32 | 2 | 100 | 10.00 | 50 (peer 1) | 2.00 | 0.1 / 1.0 / 5.0 |');
    expect(text).toContain('Geometric mean of the 1 ratios with 2 threads: 2.00.');
    expect(text).toContain('| B, 32 | 2 | 0.50 s (0.10 s) | 0.50 s | 0.50 s |');
    expect(text).toContain('| B, 32 | 2 | 200 MB | 200 MB | 200 MB |');
  });

  it('of a training alone do without peers', () => {
    const report = { ...startReport('train', { rounds: 7, slice: 0.3 }), results: [result(32, 2)] };
    expect(tables.train(report)).toContain('| B, 32 | 2 | 100 | 10.00 | - | - |');
  });
});
