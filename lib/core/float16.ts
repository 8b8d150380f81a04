/** @file The two 16-bit float types: their bits as numbers and back, rounded to nearest, ties to even (native/runtime/float16.h). */

export type Float16Type = 'bfloat16' | 'float16';

const view = new DataView(new ArrayBuffer(4));

const bitsOfFloat = (x: number): number => {
  view.setFloat32(0, x);
  return view.getUint32(0);
};

const floatOfBits = (bits: number): number => {
  view.setUint32(0, bits);
  return view.getFloat32(0);
};

/** The upper half of a float32. */
const fromBfloat16 = (half: number): number => floatOfBits(half * 0x10000);

/** IEEE 754 half precision: 1 sign, 5 exponent and 10 fraction bits. */
function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bits of `x` as a float32; where digits are lost the last bit is set, so that rounding again makes no tie that was none. */
function bitsRoundedToOdd(x: number): number {
  const bits = bitsOfFloat(x);
  const found = Math.abs(floatOfBits(bits));
  if (Math.abs(x) === found || bits & 1) return bits;
  return Math.abs(x) > found ? bits + 1 : bits - 1;
}

function toBfloat16(x: number): number {
  if (Number.isNaN(x)) return 0x7fc0;
  const bits = bitsRoundedToOdd(x);
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function toFloat16(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const bits = bitsRoundedToOdd(x);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // from 65520 on: infinity
  // Below 2^-14: next to 0.5 a float32's digits end where a subnormal's do.
  if (magnitude < 0x38800000) return sign | (bitsOfFloat(floatOfBits(magnitude) + 0.5) - 0x3f000000);
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

const decoders = { bfloat16: fromBfloat16, float16: fromFloat16 } as const;
const encoders = { bfloat16: toBfloat16, float16: toFloat16 } as const;

/** The numbers that patterns of 16 bits stand for. */
export const decodeFloat16 = (type: Float16Type, bits: Uint16Array): Float32Array => Float32Array.from(bits, decoders[type]);

/** The patterns of the nearest numbers. */
export const encodeFloat16 = (type: Float16Type, values: ArrayLike<number>): Uint16Array =>
  Uint16Array.from(values, encoders[type]);

/** The nearest numbers that the type has. */
export const roundToFloat16 = (type: Float16Type, values: Iterable<number>): Float32Array => {
  const [encode, decode] = [encoders[type], decoders[type]];
  return Float32Array.from(values, (value) => decode(encode(value)));
};
