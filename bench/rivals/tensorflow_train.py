"""A contestant: trains one of the benchmark's models in Keras on TensorFlow, each step one call of a tf.function. See README.md."""

import os

from slices import parser, read_batches, serve


class Trainer:
    """Model, optimizer, four fixed batches, and one step."""

    def __init__(self, options):
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
        os.environ["KERAS_BACKEND"] = "tensorflow"
        import keras
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(options.threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        keras.utils.set_random_seed(1)
        from tensorflow_models import build

        model, channels, size = build(options.model)
        self.batches = [
            (tf.constant(x), tf.constant(y)) for x, y in read_batches(options.data, options.batch, size, channels)
        ]
        optimizer = keras.optimizers.Adam()
        optimizer.build(model.trainable_variables)
        measure = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

        @tf.function
        def train(x, y):
            with tf.GradientTape() as tape:
                loss = measure(y, model(x, training=True))
            optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
            return loss

        self.train = train
        self.version = f"tensorflow {tf.__version__}, keras {keras.__version__}"
        self.done, self.loss = 0, 0.0

    def step(self):
        x, y = self.batches[self.done % len(self.batches)]
        self.loss = float(self.train(x, y))
        self.done += 1


if __name__ == "__main__":
    serve(parser().parse_args(), Trainer)
