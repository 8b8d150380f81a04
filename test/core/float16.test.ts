import { describe, expect, it } from 'vitest';
import { deviceArray, dtypes, promote, typedArray } from '../../lib/core/dtype.js';
import { decodeFloat16, encodeFloat16, roundToFloat16 } from '../../lib/core/float16.js';
import { type DType, tensor } from '../../lib/index.js';
import { loadGolden } from '../harness/golden.js';

interface Golden {
  readonly conversions: Record<'bfloat16' | 'float16', number[]> & { readonly sources: (number | string)[] };
  readonly promotions: [DType, DType, DType][];
}

const { conversions, promotions } = loadGolden<Golden>('mixed');
const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i);

/** The value of a pattern from its fields. */
function fieldsValue(pattern: number, fractionBits: number, bias: number): number {
  const sign = pattern >> 15 ? -1 : 1;
  const top = 2 ** (15 - fractionBits) - 1;
  const exponent = (pattern >> fractionBits) & top;
  const fraction = (pattern & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  if (exponent === top) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

describe.each([
  { type: 'bfloat16', fractionBits: 7, bias: 127, infinity: 0x7f80 },
  { type: 'float16', fractionBits: 10, bias: 15, infinity: 0x7c00 },
] as const)('$type', ({ type, fractionBits, bias, infinity }) => {
  it('widens all patterns, and rounds each to itself', () => {
    const values = decodeFloat16(type, patterns);
    const expected = Float64Array.from(patterns, (pattern) => fieldsValue(pattern, fractionBits, bias));
    expect(Array.from(values).every((value, i) => Object.is(value, expected[i]))).toBe(true);
    const back = encodeFloat16(type, values);
    expect(back.every((pattern, i) => pattern === i || Number.isNaN(values[i]))).toBe(true);
    expect(decodeFloat16(type, back)).toEqual(values);
  });

  it('rounds what lies between two patterns to the nearer, ties to even, once', () => {
    const values = Float64Array.from(decodeFloat16(type, patterns.subarray(0, infinity)));
    const ties = values.map((value, i) => (value + (values[i + 1] ?? 2 * value - (values[i - 1] as number))) / 2);
    expect(encodeFloat16(type, ties).every((pattern, i) => pattern === i + (i & 1))).toBe(true);
    const below = ties.map((tie) => tie * (1 - 2 ** -52));
    expect(encodeFloat16(type, below).every((pattern, i) => pattern === i)).toBe(true);
    const above = ties.map((tie) => tie * (1 + 2 ** -52));
    expect(encodeFloat16(type, above).every((pattern, i) => pattern === i + 1)).toBe(true);
    const negative = encodeFloat16(
      type,
      ties.map((tie) => -tie),
    );
    expect(negative.every((pattern, i) => pattern === 0x8000 + i + (i & 1))).toBe(true);
  });

  it('gives the bits that NumPy gives', () => {
    expect(
      Array.from(
        encodeFloat16(
          type,
          conversions.sources.map((value) => Math.fround(Number(value))),
        ),
      ),
    ).toEqual(conversions[type]);
  });

  it('keeps zeros, infinities and NaN', () => {
    const odd = [-0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300, 1e-300];
    expect(Array.from(roundToFloat16(type, odd))).toEqual([-0, Infinity, -Infinity, Infinity, -Infinity, 0]);
    expect(roundToFloat16(type, [Number.NaN])[0]).toBeNaN();
  });

  it('is a tensor whose numbers come back as float32', async () => {
    const given = [
      [0.1, -2.5],
      [70000, 1e-9],
    ];
    const made = tensor(given, undefined, type);
    expect(made.dtype).toBe(type);
    expect(await made.data()).toEqual(roundToFloat16(type, given.flat()));
    expect(await tensor(Float64Array.from(given.flat()), [2, 2], type).data()).toEqual(await made.data());
  });

  it('lies on a device as its bits', () => {
    expect(deviceArray(type, Float32Array.of(1))).toEqual(encodeFloat16(type, [1]));
    expect(typedArray(type, Uint16Array.from(encodeFloat16(type, [1, -2])).buffer)).toEqual(Float32Array.of(1, -2));
  });
});

it.each(promotions)('%s and %s meet in %s, as in Keras', (a, b, expected) => {
  expect(promote(a, b)).toBe(expected);
});

it('float64 holds all others', () => {
  for (const dtype of dtypes) expect([promote(dtype, 'float64'), promote('float64', dtype)]).toEqual(['float64', 'float64']);
});
