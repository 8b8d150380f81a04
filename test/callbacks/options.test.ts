import { describe, expect, it } from 'vitest';
import { callbacks, ValueError } from '../../lib/index.js';
import { classifier, expectError, expectTrains, labels, numbers } from '../harness/training.js';

const { EarlyStopping, ReduceLROnPlateau, LearningRateScheduler, CSVLogger, TerminateOnNaN, LambdaCallback } = callbacks;

describe('options of callbacks', () => {
  it.each<[string, () => unknown, string]>([
    [
      'an unknown option',
      () => new EarlyStopping({ patient: 3 } as never),
      "EarlyStopping: unknown option 'patient'; did you mean 'patience'?",
    ],
    [
      'one of Keras',
      () => new EarlyStopping({ restore_best_weights: true } as never),
      "EarlyStopping: unknown option 'restore_best_weights'; did you mean 'restoreBestWeights'?",
    ],
    [
      'a number in their place',
      () => new EarlyStopping(3 as never),
      'EarlyStopping: received 3; expected an object of options { monitor, minDelta, mode, verbose, patience, baseline, restoreBestWeights, startFromEpoch }',
    ],
    [
      'a negative patience',
      () => new EarlyStopping({ patience: -1 }),
      'EarlyStopping: patience is -1; expected an integer of at least 0',
    ],
    [
      'patience as a string',
      () => new EarlyStopping({ patience: '3' as never }),
      "EarlyStopping: patience is '3'; expected an integer of at least 0",
    ],
    [
      'an unknown mode',
      () => new EarlyStopping({ mode: 'maximum' as never }),
      "EarlyStopping: unknown mode 'maximum'; expected one of auto, min, max",
    ],
    [
      'a monitor that is no name',
      () => new EarlyStopping({ monitor: 3 as never }),
      "EarlyStopping: monitor is 3; expected a name in the logs, such as 'val_loss'",
    ],
    [
      'a NaN minDelta',
      () => new EarlyStopping({ minDelta: Number.NaN }),
      'EarlyStopping: minDelta is NaN; expected a number of at least 0',
    ],
    [
      'a factor of 1',
      () => new ReduceLROnPlateau({ factor: 1 }),
      'ReduceLROnPlateau: factor is 1; expected a number of at least 0 and below 1',
    ],
    ['an unknown option', () => new ReduceLROnPlateau({ minLr: 1 } as never), "ReduceLROnPlateau: unknown option 'minLr'; "],
    [
      'no schedule',
      () => new LearningRateScheduler(0.1 as never),
      'LearningRateScheduler: received 0.1; expected a function (epoch, learningRate) => number',
    ],
    ['no file', () => new CSVLogger(undefined as never), 'CSVLogger: filename is undefined; expected the path of a file'],
    ['an unknown option', () => new CSVLogger('log.csv', { sep: ';' } as never), "CSVLogger: unknown option 'sep'; "],
    ['an unknown option', () => new TerminateOnNaN({ raise: true } as never), "TerminateOnNaN: unknown option 'raise'; "],
    [
      'an unknown hook',
      () => new LambdaCallback({ onEpochEnds: () => {} } as never),
      "callbacks: unknown hook 'onEpochEnds'; did you mean 'onEpochEnd'?",
    ],
    [
      'a hook that is no function',
      () => new LambdaCallback({ onEpochEnd: 3 as never }),
      'callbacks: onEpochEnd is 3; expected a function',
    ],
  ])('%s', (_, action, message) => {
    expect(action).toThrow(ValueError);
    expect(action).toThrow(message);
  });
});

describe('what fit refuses as callbacks', () => {
  const x = numbers(6, 3);
  const expected = 'expected instances of callbacks.Callback, or objects with hooks such as onEpochEnd';
  class Plain {
    onEpochEnd(): void {}
  }
  it.each<[string, unknown, string]>([
    ['one that is not in a list', new EarlyStopping(), 'fit: callbacks is an EarlyStopping; expected an array of callbacks'],
    ['a class', [EarlyStopping], `callbacks: received the class EarlyStopping; ${expected}`],
    ['an instance of a class that is no Callback', [new Plain()], `callbacks: received a Plain; ${expected}`],
    ['null', [null], `callbacks: received null; ${expected}`],
    ['a function', [() => {}], `callbacks: received the function (without a name); ${expected}`],
  ])('%s', async (_, given, message) => {
    const net = classifier();
    await expectError(() => net.fit(x, labels(6), { verbose: 0, callbacks: given as never }), ValueError, message);
    await expectTrains(net);
  });

  it('a monitor whose direction is not known', async () => {
    const net = classifier();
    const stopping = new EarlyStopping({ monitor: 'val_fun' });
    await expectError(
      () => net.fit(x, labels(6), { verbose: 0, callbacks: [stopping] }),
      ValueError,
      "EarlyStopping: whether 'val_fun' is better small or large is not known; set mode to 'min' or 'max'",
    );
    await expectTrains(net);
  });

  it.each([Number.NaN, undefined, '0.1', Promise.resolve(0.1)])('a schedule that returns %s', async (rate) => {
    const net = classifier();
    const received = rate instanceof Promise ? 'a Promise' : typeof rate === 'string' ? `'${rate}'` : String(rate);
    await expectError(
      () => net.fit(x, labels(6), { verbose: 0, callbacks: [new LearningRateScheduler(() => rate as number)] }),
      ValueError,
      `LearningRateScheduler: the schedule returned ${received} for epoch 0; expected a finite number`,
    );
    await expectTrains(net);
  });
});
