import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../lib/graph/tensor.js';
import * as metrics from '../../lib/metrics/index.js';
import type { Metric } from '../../lib/metrics/metric.js';
import { TracedFunction } from '../../lib/runtime/function.js';
import { expectClose } from '../harness/close.js';
import { type GoldenNumber, type GoldenTensor, goldenValues, loadGolden } from '../harness/golden.js';

type Value = GoldenNumber | GoldenNumber[];

interface Stream {
  results: Value[];
  afterReset: Value;
}

interface Case {
  class: string;
  stream: string;
  options: object;
  name: string;
  empty?: Value;
  plain: Stream;
  weighted: Stream;
}

interface Golden {
  streams: Record<string, Record<'target' | 'prediction' | 'sampleWeight', GoldenTensor>[]>;
  cases: Case[];
}

const golden = loadGolden<Golden>('metrics');

/** Factories by Keras's class names. */
const factoryName = (kind: string): string =>
  ({ AUC: 'auc', KLDivergence: 'klDivergence', FBetaScore: 'fBetaScore', R2Score: 'r2Score' })[kind] ??
  kind.charAt(0).toLowerCase() + kind.slice(1);

function create(recorded: Case): Metric {
  const factories: Record<string, unknown> = metrics;
  return (factories[factoryName(recorded.class)] as (options: object) => Metric)(recorded.options);
}

const host = (described: GoldenTensor) => ({
  data: Float32Array.from(goldenValues(described)),
  shape: described.shape,
  dtype: 'float32' as const,
});

/** A metric with its traced update and result. */
function runner(recorded: Case, weighted: boolean) {
  const metric = create(recorded);
  const step = new TracedFunction(([target, prediction, weight]) => {
    const given = weighted ? (weight as Tensor) : undefined;
    if (metric instanceof metrics.Mean || metric instanceof metrics.Sum) metric.update(prediction as Tensor, given);
    else metric.update(target as Tensor, prediction as Tensor, given);
    return [metric.result()];
  });
  const update = async (index: number): Promise<Float32Array> => {
    const batch = golden.streams[recorded.stream]?.[index] as Record<string, GoldenTensor>;
    const inputs = [batch.target, batch.prediction, batch.sampleWeight].map((part) => host(part as GoldenTensor));
    return (await step.runAndRead(inputs))[0] as Float32Array;
  };
  return { metric, update };
}

describe.each(golden.cases)('$class $options over $stream', (recorded) => {
  test.each(['plain', 'weighted'] as const)('%s follows Keras', async (kind) => {
    const { metric, update } = runner(recorded, kind === 'weighted');
    for (const [index, expected] of recorded[kind].results.entries()) {
      expectClose(await update(index), [expected].flat(), { where: `batch ${index}` });
    }
    metric.reset();
    expectClose(await update(1), [recorded[kind].afterReset].flat(), { where: 'after reset' });
  });

  test('has the name and the first value of Keras', async () => {
    const metric = create(recorded);
    expect(metric.name).toBe(recorded.name);
    if (recorded.empty === undefined) return;
    expectClose(await metric.result().data(), [recorded.empty].flat());
  });
});
