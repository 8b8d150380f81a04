/** @file Options of `compile` that may be given for all outputs, in order, or by name. */

import { describeValue } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { unknownName } from '../core/options.js';
import type { MetricIdentifier } from '../metrics/index.js';

/** One value for all outputs, one an output in order, or by output name. */
export type PerOutput<T> = T | readonly (T | null)[] | Readonly<Record<string, T | null>>;

type MetricList = MetricIdentifier | readonly MetricIdentifier[];
/** A list for one output; lists in order or by name for several. */
export type MetricsOption = MetricList | readonly MetricList[] | Readonly<Record<string, MetricList>>;

/**
 * The option for each output, null where it has none.
 *
 * @throws ValueError when there are more or fewer than outputs, or a name is unknown.
 */
export function perOutput<T>(where: string, option: PerOutput<T> | null | undefined, outputs: readonly string[]): (T | null)[] {
  if (Array.isArray(option)) {
    if (option.length !== outputs.length) {
      throw new ValueError(`${where}: received ${option.length} entries; expected ${outputs.length} (${outputs.join(', ')})`);
    }
    return [...option];
  }
  if (typeof option === 'object' && option !== null && Object.getPrototypeOf(option) === Object.prototype) {
    const byName = option as Readonly<Record<string, T | null>>;
    const unknown = Object.keys(byName).find((name) => !outputs.includes(name));
    if (unknown !== undefined) throw unknownName(where, 'output', unknown, outputs);
    return outputs.map((name) => byName[name] ?? null);
  }
  return outputs.map(() => (option ?? null) as T | null);
}

/** Weights of the losses; 1 where none is given. @throws ValueError for what is no number. */
export function lossWeightsPerOutput(option: PerOutput<number> | undefined, outputs: readonly string[]): number[] {
  const where = 'compile: lossWeights';
  return perOutput<number>(where, option, outputs).map((weight) => {
    if (weight === null || (typeof weight === 'number' && Number.isFinite(weight))) return weight ?? 1;
    throw new ValueError(`${where}: received ${describeValue(weight)}; expected finite numbers`);
  });
}

/** The metrics of each output. */
export function metricsPerOutput(
  where: string,
  option: MetricsOption | null | undefined,
  outputs: readonly string[],
): MetricIdentifier[][] {
  const listOf = (entry: unknown): MetricIdentifier[] =>
    entry === undefined || entry === null ? [] : Array.isArray(entry) ? [...entry] : [entry as MetricIdentifier];
  if (option === undefined || option === null) return outputs.map(() => []);
  if (outputs.length === 1 && Array.isArray(option) && !option.some(Array.isArray)) return [listOf(option)];
  if (Array.isArray(option) && option.length !== outputs.length) {
    throw new ValueError(
      `${where}: received ${option.length} entries; expected a list for each of ${outputs.length} outputs (${outputs.join(', ')})`,
    );
  }
  return perOutput<MetricList>(where, option as PerOutput<MetricList>, outputs).map(listOf);
}
