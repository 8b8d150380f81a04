// What the benchmarks make of their samples. Medians throughout: on a shared machine a mean tells more about the neighbours.

/**
 * The value below which a share of the numbers lies, interpolated between neighbours.
 * @param {readonly number[]} numbers at least one
 * @param {number} share 0..1
 */
export function quantile(numbers, share) {
  if (numbers.length === 0) throw new RangeError('quantile: there are no numbers; expected at least one');
  const sorted = [...numbers].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** @param {readonly number[]} numbers at least one */
export const median = (numbers) => quantile(numbers, 0.5);

/**
 * The median over the rounds of `ours / theirs`: neighbours in time are compared, so that what slows a whole round cancels out.
 * @param {readonly number[]} ours one rate a round
 * @param {readonly number[]} theirs as many
 */
export function pairedRatio(ours, theirs) {
  if (ours.length !== theirs.length)
    throw new RangeError(`pairedRatio: received ${ours.length} and ${theirs.length} rates; expected as many of both`);
  return median(ours.map((rate, round) => rate / theirs[round]));
}

/** @param {readonly number[]} numbers positive, at least one */
export function geometricMean(numbers) {
  if (numbers.length === 0) throw new RangeError('geometricMean: there are no numbers; expected at least one');
  return Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
}

/**
 * The items in random order (Fisher and Yates).
 * @template T
 * @param {readonly T[]} items
 * @returns {T[]}
 */
export function shuffled(items) {
  const list = [...items];
  for (let last = list.length - 1; last > 0; last--) {
    const chosen = Math.floor(Math.random() * (last + 1));
    [list[last], list[chosen]] = [list[chosen], list[last]];
  }
  return list;
}
