import { describe, expect, it } from 'vitest';
import { DataError, ShapeError, ValueError } from '../../lib/index.js';
import { curves, image, panels, plotModel } from '../../lib/plot/index.js';
import { drawn } from './picture.js';

const black = () => image([[0]], { colormap: 'gray', scale: 100 }); // 124 pixels wide with its margins
const small = () => image([[0]], { colormap: 'gray', scale: 20 }); // 44 pixels

describe('plot.panels', () => {
  it('puts figures side by side, each in the middle of its cell', async () => {
    const picture = await drawn(panels([black(), small()]));
    expect([picture.width, picture.height]).toEqual([168, 124]);
    expect(picture.at(62, 20)).toEqual([0, 0, 0]);
    expect(picture.at(124 + 22, 62)).toEqual([0, 0, 0]);
    expect(picture.at(124 + 22, 20)).toEqual([255, 255, 255]);
  });

  it('breaks into rows', async () => {
    const picture = await drawn(panels([black(), small(), small()], { columns: 2 }));
    expect([picture.width, picture.height]).toEqual([168, 168]);
    expect(picture.at(62, 124 + 22)).toEqual([0, 0, 0]);
    expect(picture.at(124 + 22, 124 + 22)).toEqual([255, 255, 255]);
  });

  it('gives columns their widths', async () => {
    const picture = await drawn(panels([black(), black()], { widths: [3, 1] }));
    expect([picture.width, picture.height]).toEqual([248, 186]);
    expect(picture.at(93, 30)).toEqual([0, 0, 0]);
    expect(picture.at(217, 93)).toEqual([0, 0, 0]);
    expect(picture.at(217, 50)).toEqual([255, 255, 255]);
  });

  it('keeps the names inside two charts apart', async () => {
    const svg = await panels([curves({ loss: [2, 1] }), curves({ loss: [1, 2] })]).toSVG();
    const names = [...svg.matchAll(/\sid="([^"]*)"/g)].map((match) => match[1]);
    expect(new Set(names).size).toBe(names.length);
    for (const [, name] of svg.matchAll(/url\(#([^)]*)\)/g)) expect(names).toContain(name);
  });

  it.each<[unknown, object, typeof DataError | typeof ShapeError | typeof ValueError, string]>([
    [[], {}, DataError, 'plot.panels: there are no figures; expected at least 1'],
    [plotModel, {}, DataError, 'plot.panels: received the function plotModel; expected a list of figures'],
    [['a.png'], {}, DataError, "plot.panels: received 'a.png'; expected figures, as plot.image returns them"],
    [[black()], { columns: 1.5 }, ValueError, 'plot.panels: columns is 1.5; expected an integer of at least 1'],
    [[black()], { widths: [1, 2] }, ShapeError, 'plot.panels: widths has 2 entries; expected one for each of 1 columns'],
    [[black()], { widths: [0] }, ValueError, 'plot.panels: widths: received an array of 1; expected numbers above 0'],
    [[black()], { width: [1] }, ValueError, "plot.panels: unknown option 'width'; did you mean 'widths'?"],
  ])('refuses %o with %j', (figures, options, type, words) => {
    expect(() => panels(figures as never, options)).toThrow(type);
    expect(() => panels(figures as never, options)).toThrow(words);
  });
});
