import { describe, expect, it } from 'vitest';
import { barLine, formatLog, formatStepTime, type Progress, summaryLine } from '../../lib/callbacks/progress_line.js';

const progress: Progress = {
  current: 12,
  target: 1875,
  elapsedSeconds: 0.1,
  secondsPerStep: 0.0021,
  logs: { accuracy: 0.85938, loss: 0.48412 },
  finished: false,
};

describe("Keras's progress lines", () => {
  it('draw a bar of twenty cells with the time left', () => {
    expect(barLine(progress)).toBe('  12/1875 ━━━━━━━━━━━━━━━━━━━━ 3s 2ms/step - accuracy: 0.8594 - loss: 0.4841');
  });

  it('colour what is done and what is left', () => {
    const parts: string[] = [];
    barLine({ ...progress, current: 938 }, (part, text) => {
      parts.push(`${part} ${text.length}`);
      return text;
    });
    expect(parts).toEqual(['strong 9', 'done 10', 'left 10', 'strong 2']);
  });

  it('show the elapsed time at the end', () => {
    expect(barLine({ ...progress, current: 1875, elapsedSeconds: 4.4, finished: true })).toBe(
      '1875/1875 ━━━━━━━━━━━━━━━━━━━━ 4s 2ms/step - accuracy: 0.8594 - loss: 0.4841',
    );
    expect(summaryLine({ ...progress, current: 1875, elapsedSeconds: 4.4, finished: true })).toBe(
      '1875/1875 - 4s - 2ms/step - accuracy: 0.8594 - loss: 0.4841',
    );
  });

  it('count when the length is not known', () => {
    expect(barLine({ ...progress, target: null })).toBe('     12/Unknown 0s 2ms/step - accuracy: 0.8594 - loss: 0.4841');
  });

  it('write the time left as minutes and hours', () => {
    expect(barLine({ ...progress, secondsPerStep: 0.1 })).toContain(' 3:06 ');
    expect(barLine({ ...progress, secondsPerStep: 4 })).toContain(' 2:04:12 ');
  });

  it('write small numbers with an exponent', () => {
    expect([0.5, 0.001, -0.00025, 0, 12345.678, Number.NaN, Number.POSITIVE_INFINITY].map(formatLog)).toEqual([
      '0.5000',
      '1.0000e-03',
      '-2.5000e-04',
      '0.0000e+00',
      '12345.6780',
      'nan',
      'inf',
    ]);
    expect([2, 0.5, 0.0000042].map(formatStepTime)).toEqual([' 2s/step', ' 500ms/step', ' 4us/step']);
  });
});
