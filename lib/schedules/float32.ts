/** @file Float32 arithmetic on the host: schedules round after each operation, as Keras's tensors do. */

const { fround } = Math;

export const f32 = fround;
export const add = (a: number, b: number): number => fround(fround(a) + fround(b));
export const sub = (a: number, b: number): number => fround(fround(a) - fround(b));
export const mul = (a: number, b: number): number => fround(fround(a) * fround(b));
export const div = (a: number, b: number): number => fround(fround(a) / fround(b));
export const pow = (a: number, b: number): number => fround(fround(a) ** fround(b));
export const log = (a: number): number => fround(Math.log(fround(a)));
/** `cos(pi * x)` with pi and the product in float32. */
export const cosPi = (x: number): number => fround(Math.cos(mul(Math.PI, x)));
