/** @file The text of Keras's progress lines (keras/src/utils/progbar.py), without the drawing. */

import type { Logs } from './callback.js';

const barWidth = 20;

export interface Progress {
  readonly current: number;
  /** Steps in all; null when not known yet. */
  readonly target: number | null;
  readonly elapsedSeconds: number;
  /** Mean of the steps after the first, which compiles. */
  readonly secondsPerStep: number;
  readonly logs: Logs;
  readonly finished: boolean;
}

/** `%.4f`, or `%.4e` for magnitudes up to 1e-3. */
export function formatLog(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}.0000`; // where toFixed gives an exponent
  if (Math.abs(value) > 1e-3) return value.toFixed(4);
  const [mantissa, exponent] = value.toExponential(4).split('e') as [string, string];
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** ` 6ms/step` */
export function formatStepTime(seconds: number): string {
  if (seconds >= 1 || seconds === 0) return ` ${seconds.toFixed(0)}s/step`;
  return seconds >= 1e-3 ? ` ${(seconds * 1e3).toFixed(0)}ms/step` : ` ${(seconds * 1e6).toFixed(0)}us/step`;
}

function formatRemaining(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (seconds > 3600) return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return seconds > 60 ? `${Math.floor(seconds / 60)}:${two(seconds % 60)}` : `${Math.floor(seconds)}s`;
}

const formatLogs = (logs: Logs): string =>
  Object.entries(logs)
    .map(([name, value]) => ` - ${name}: ${formatLog(value)}`)
    .join('');

const count = ({ current, target }: Progress): string =>
  target === null ? `${String(current).padStart(7)}/Unknown` : `${String(current).padStart(String(target).length)}/${target}`;

/** `12/313 ━━━━━━━━━━━━━━━━━━━━ 4s 2ms/step - accuracy: 0.8594 - loss: 0.4841`; `paint` colours the three parts. */
export function barLine(
  progress: Progress,
  paint: (part: 'strong' | 'done' | 'left', text: string) => string = (_, text) => text,
): string {
  const { current, target, elapsedSeconds, secondsPerStep, logs, finished } = progress;
  const done = target === null ? 0 : Math.floor((barWidth * current) / target);
  const bar =
    target === null
      ? count(progress)
      : `${paint('strong', count(progress))} ${done > 0 ? paint('done', '━'.repeat(done)) : ''}${paint('left', '━'.repeat(barWidth - done))}`;
  const time =
    target === null || finished ? `${elapsedSeconds.toFixed(0)}s` : formatRemaining(secondsPerStep * (target - current));
  return `${bar} ${paint('strong', time)}${formatStepTime(secondsPerStep)}${formatLogs(logs)}`;
}

/** `313/313 - 4s - 2ms/step - accuracy: 0.8594 - loss: 0.4841` */
export function summaryLine(progress: Progress): string {
  const { elapsedSeconds, secondsPerStep, logs } = progress;
  return `${count(progress)} - ${elapsedSeconds.toFixed(0)}s -${formatStepTime(secondsPerStep)}${formatLogs(logs)}`;
}
