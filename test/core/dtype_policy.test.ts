import { afterEach, describe, expect, it } from 'vitest';
import { DTypePolicy, dtypePolicy, input, layers, sequential, setDtypePolicy, setFloatx, ValueError } from '../../lib/index.js';

afterEach(() => {
  setDtypePolicy(null);
  setFloatx('float32');
});

describe('DTypePolicy', () => {
  it.each([
    ['mixed_bfloat16', 'bfloat16', 'float32'],
    ['mixed_float16', 'float16', 'float32'],
    ['float16', 'float16', 'float16'],
    ['float64', 'float64', 'float64'],
    ['int32', 'int32', 'int32'],
  ] as const)('%s computes in %s and keeps %s', (name, computeDtype, variableDtype) => {
    expect(new DTypePolicy(name)).toMatchObject({ name, computeDtype, variableDtype });
    expect(new DTypePolicy(name).getConfig()).toEqual({ name });
  });

  it('refuses names that it does not know', () => {
    const known = 'bool, uint8, int32, float16, bfloat16, float32, float64, mixed_bfloat16, mixed_float16';
    const error = (where: string): ValueError =>
      new ValueError(`${where}: unknown dtype or policy "mixed_float8"; expected one of ${known}`);
    expect(() => new DTypePolicy('mixed_float8' as 'float16')).toThrow(error('DTypePolicy'));
    expect(() => setDtypePolicy('mixed_float8' as 'float16')).toThrow(error('setDtypePolicy'));
    expect(() => layers.dense({ units: 1, dtype: 'mixed_float8' as 'float16' })).toThrow(error('Dense'));
  });
});

describe('setDtypePolicy', () => {
  it('is what layers made later have', () => {
    const before = layers.dense({ units: 2 });
    setDtypePolicy('mixed_bfloat16');
    const after = layers.dense({ units: 2 });
    expect([before.dtypePolicy.name, after.dtypePolicy.name]).toEqual(['float32', 'mixed_bfloat16']);
    expect([after.dtype, after.variableDtype, after.computeDtype]).toEqual(['float32', 'float32', 'bfloat16']);
    expect(after.getConfig().dtype).toBe('mixed_bfloat16');
    expect(sequential([]).dtypePolicy.name).toBe('mixed_bfloat16');
  });

  it('leaves inputs in floatx()', () => {
    setDtypePolicy('mixed_bfloat16');
    expect(input({ shape: [2] }).dtype).toBe('float32');
    expect(layers.dense({ units: 2 }).apply(input({ shape: [2] })).dtype).toBe('bfloat16');
  });

  it('takes a policy, and null for floatx()', () => {
    setDtypePolicy(new DTypePolicy('float64'));
    expect(dtypePolicy().name).toBe('float64');
    setDtypePolicy(null);
    setFloatx('float64');
    expect(dtypePolicy().name).toBe('float64');
    setDtypePolicy('float32');
    expect(dtypePolicy().name).toBe('float32');
  });

  it('gives way to a layer of its own policy', () => {
    setDtypePolicy('mixed_float16');
    expect(layers.dense({ units: 2, dtype: 'float32' }).computeDtype).toBe('float32');
    expect(layers.dense({ units: 2, dtype: new DTypePolicy('mixed_bfloat16') }).computeDtype).toBe('bfloat16');
  });
});
