// Pictures without the packages that draw: every error names the command that installs the package.
import { register } from 'node:module';

const hooks = `export async function resolve(name, context, next) {
  if (!['sharp', 'vega', 'vega-lite', '@viz-js/viz'].includes(name)) return next(name, context);
  throw Object.assign(new Error("Cannot find package '" + name + "'"), { code: 'ERR_MODULE_NOT_FOUND' });
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const { laminet } = await import('../training.mjs');
const plot = await import('laminet/plot');
const net = laminet.sequential([laminet.layers.dense({ units: 1, inputShape: [1] })]);
const report = (error) => console.log(error.code === 'STATE' ? error.message : error);
await plot
  .confusionMatrix([[1]])
  .save('never.png')
  .catch(report);
await plot
  .image([[1]])
  .toSVG()
  .catch(report);
await plot
  .curves({ loss: [1] })
  .toSVG()
  .catch(report);
await plot.plotModel(net).show().catch(report);
console.log(plot.modelToDot(net).split('\n')[0]);
