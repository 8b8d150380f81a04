import { describe, expect, it } from 'vitest';
import { parseList, parseProblem } from '../../bench/problems.mjs';

describe('problems of convolutions', () => {
  it('take widths from heights and the result from the padding', () => {
    expect(parseProblem('conv2d', 'mb32ic64ih28oc96kh3ph1n"a layer"')).toMatchObject({
      ...{
        name: 'a layer',
        mb: 32,
        g: 1,
        ic: 64,
        oc: 96,
        ih: 28,
        iw: 28,
        oh: 28,
        ow: 28,
        kh: 3,
        kw: 3,
        sh: 1,
        sw: 1,
        dh: 0,
        dw: 0,
      },
      ...{ paddingHeight: [1, 1], paddingWidth: [1, 1] },
    });
  });

  it('take the padding from the result, the odd cell after', () => {
    const problem = parseProblem('conv2d', 'ic3ih32oc8oh16kh3sh2');
    expect(problem).toMatchObject({ mb: 2, paddingHeight: [0, 1], paddingWidth: [0, 1] });
  });

  it('know rectangles, groups and dilation', () => {
    expect(parseProblem('conv2d', 'g2mb1ic4ih9iw7oc6kh3kw1dh1ph2pw0')).toMatchObject({
      ...{ g: 2, oh: 9, ow: 7, dh: 1, paddingHeight: [2, 2], paddingWidth: [0, 0] },
    });
  });

  it('take another batch', () => {
    expect(parseProblem('conv2d', 'mb32ic1ih8oc1kh3', { batch: 5 }).mb).toBe(5);
    expect(parseProblem('matmul', '32x64:64x10', { batch: 5 }).left).toEqual([5, 64]);
  });

  it('refuse what does not fit', () => {
    const parse = (text: string) => () => parseProblem('conv2d', text);
    expect(parse('mb1ic3ih8oc4oh3kh3ph0sh2')).not.toThrow();
    expect(parse('mb1ic3ih8oc4oh2kh3ph0')).toThrow('oh is 2, but the window has 6 positions');
    expect(parse('mb1ic3ih8oc4')).toThrow("'kh' is missing");
    expect(parse('mb1ic3ih8oc4kh3zz1')).toThrow("'zz' is not known");
    expect(parse('nonsense')).toThrow('is no problem');
    expect(() => parseProblem('conv3d', 'mb1')).toThrow("op 'conv3d' is not known");
  });
});

describe('problems of other ops', () => {
  it('are pooling, batch normalisation and products', () => {
    expect(parseProblem('max_pool', 'mb32ic64ih28oh14kh2sh2ph0')).toMatchObject({ ow: 14, paddingHeight: [0, 0] });
    expect(parseProblem('batch_norm', 'mb32ic64ih28')).toMatchObject({ mb: 32, ic: 64, ih: 28, iw: 28 });
    expect(parseProblem('matmul', '8x32x64:8x64x10n"attention"')).toMatchObject({
      ...{ left: [8, 32, 64], right: [8, 64, 10], name: 'attention' },
    });
    expect(() => parseProblem('matmul', '32x64:63x10')).toThrow('expected MxK:KxN');
    expect(() => parseProblem('batch_norm', 'mb32ic64ih28kh3')).toThrow("'kh' is not known");
  });

  it('come in lists with comments', () => {
    const list = parseList('# layers\nconv2d mb1ic3ih8oc4kh3ph1n"first"\n\nmatmul 2x3:3x4 # the last one\n');
    expect(list.map(({ op, name }) => [op, name])).toEqual([
      ['conv2d', 'first'],
      ['matmul', ''],
    ]);
  });
});
