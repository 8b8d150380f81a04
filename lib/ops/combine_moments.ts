/** @file Mean and variance of data that comes in parts. */

/** Means and population variances of several features over `count` samples. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly count: number;
}

/** Those of two parts together, without loss of digits (Chan, Golub and LeVeque 1979). */
export function combineMoments(a: Moments | undefined, b: Moments): Moments {
  if (a === undefined) return b;
  const count = a.count + b.count;
  const share = b.count / count;
  const mean = a.mean.map((value, i) => value + ((b.mean[i] as number) - value) * share);
  const variance = a.variance.map((value, i) => {
    const apart = (b.mean[i] as number) - (a.mean[i] as number);
    return value * (1 - share) + (b.variance[i] as number) * share + apart * apart * share * (1 - share);
  });
  return { mean, variance, count };
}
