/** @file What a trained net says about single images, and how sure it is. */

import { type Model, ops, type ShapedArray, type Tensor } from 'laminet';

/** One image of the test set, as the net sees it. */
export interface Prediction {
  readonly trueClass: string;
  readonly predictedClass: string;
  /** The net's probability for the class that it predicts: its confidence. */
  readonly probability: number;
  /** What the image adds to the loss: -ln of the probability of the true class. */
  readonly loss: number;
}

/** Predicts a batch of images. The row of an image holds a probability for each class; the largest one decides. */
export async function predictClasses(
  net: Model<Tensor>,
  x: ShapedArray,
  labels: ShapedArray,
  classNames: readonly string[],
): Promise<Prediction[]> {
  const probabilities = await net.predict(x, { verbose: 0 });
  const predicted = await ops.argMax(probabilities, 1).data();
  const largest = await ops.max(probabilities, 1).data();
  const rows = (await probabilities.array()) as number[][];
  return rows.map((row, i) => {
    const label = labels.data[i] as number;
    return {
      trueClass: classNames[label] as string,
      predictedClass: classNames[predicted[i] as number] as string,
      probability: largest[i] as number,
      loss: -Math.log(Math.max(row[label] as number, 1e-7)),
    };
  });
}

/** `cat (0.931)`. */
export const caption = ({ predictedClass, probability }: Prediction): string => `${predictedClass} (${probability.toFixed(3)})`;

export const isCorrect = ({ trueClass, predictedClass }: Prediction): boolean => trueClass === predictedClass;

/** The notebook's question: right or wrong, sure or not? The mean loss answers which of the four costs most. */
export function confidenceCases(predictions: readonly Prediction[]): { case: string; count: number; meanLoss: number }[] {
  const cases = [true, false].flatMap((correct) => [true, false].map((sure) => ({ correct, sure })));
  return cases.map(({ correct, sure }) => {
    const chosen = predictions.filter((one) => isCorrect(one) === correct && one.probability >= 0.5 === sure);
    const meanLoss = chosen.reduce((sum, { loss }) => sum + loss, 0) / chosen.length;
    const name = `${correct ? 'correct' : 'incorrect'} with ${sure ? 'high' : 'low'} confidence`;
    return { case: name, count: chosen.length, meanLoss };
  });
}
