/** @file Round numbers along a scale. */

/** Round values (1, 2 or 5 times a power of ten apart) from `min` to `max`, about `count` of them; the value itself when both are equal. */
export function ticks(min: number, max: number, count: number): number[] {
  if (min === max) return [min];
  const rough = (max - min) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** `0.25`, `120`, `1.5e-7`: as short as this many digits allow. */
export const formatNumber = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));
