/** @file The parts of the session that need no data: sizes of nets, what ShakeShake does, the rates of StepDecay. */

import { layers, type Model, ops, type Tensor, valueAndGrads } from 'laminet';
import { heading } from '../common.js';
import { ExponentialStepDecay, MultiplicativeDecay, StepDecay } from './callbacks.js';
import { convolutionMacs, flattenedNet, nets, practicalNet } from './model.js';
import { ShakeShake } from './shake_shake.js';

const shape = (tensor: Tensor | Tensor[]): string => `[${(tensor as Tensor).shape.slice(1).join(', ')}]`;

/** The output of each layer that changes the size. */
function sizes(net: Model): string {
  const changing = net.layers.filter(
    (layer) => !(layer instanceof layers.Activation || layer instanceof layers.BatchNormalization),
  );
  return changing.map((layer) => shape(layer.output)).join(' -> ');
}

/** A: pooling takes away most of the parameters, and nearly all of the work. */
export function showSizes(): void {
  heading('A. Sizes and parameters');
  nets['max pooling']().summary();
  const more = {
    'global average, no pooling': () => practicalNet({ vector: 'globalAverage' }),
    'max pooling, channels first': () => practicalNet({ pooling: true, dataFormat: 'channelsFirst' }),
    'one convolution, flattened': flattenedNet,
  };
  for (const [title, make] of Object.entries({ ...nets, ...more })) {
    const net = make();
    const work = `${(convolutionMacs(net) / 1e6).toFixed(1)} million multiplications in the convolutions`;
    console.log(`${title}: ${net.countParams().toLocaleString('en')} parameters, ${work}`);
    console.log(`  ${sizes(net)}`);
  }
}

/** The first number of each sample. */
async function firstOfEach(x: Tensor): Promise<string> {
  const values = await x.data();
  const samples = x.shape[0] as number;
  return Array.from({ length: samples }, (_, i) => (values[(i * values.length) / samples] as number).toFixed(4)).join('  ');
}

export async function showShakeShake(): Promise<void> {
  heading('ShakeShake on a batch of ones');
  const layer = new ShakeShake();
  const batch = ops.ones([5, 4, 4, 2]);
  const gradients = valueAndGrads((x: Tensor) => ops.sum(layer.apply(x, { training: true })));
  console.log(`training, forward:   ${await firstOfEach(layer.apply(batch, { training: true }))}`);
  console.log(`again:               ${await firstOfEach(layer.apply(batch, { training: true }))}`);
  console.log(`training, backward:  ${await firstOfEach(gradients(batch)[1] as Tensor)}`);
  console.log(`inference:           ${await firstOfEach(layer.apply(batch))}`);
}

export function showRates(): void {
  heading('Learning rates of a step decay, 5 epochs of 20 steps');
  const options = { stepsPerEpoch: 20, epochs: 5 };
  const decays = {
    subtracted: new StepDecay(options),
    multiplied: new MultiplicativeDecay(options),
    exponential: new ExponentialStepDecay(options),
  };
  console.log(`after iteration  0, ${decays.subtracted.stepPositions.join(', ')}`);
  for (const [title, decay] of Object.entries(decays)) {
    const rates = decay.stepPositions.map((position) => {
      decay.iteration = position;
      return decay.calculateNewLr();
    });
    console.log(`${title.padEnd(11)}  ${[decay.maxLr, ...rates].map((rate) => rate.toPrecision(6)).join('  ')}`);
  }
}
