"""The benchmark's models in PyTorch, layer for layer what Keras would build."""

from torch import nn


def conv(inputs, filters, kernel=3, stride=1, same=True):
    """A convolution with bias. Stride 2 pads one on each side: as much work as Keras's 0 and 1, without a copy."""
    return nn.Conv2d(inputs, filters, kernel, stride, padding=kernel // 2 if same else 0)


def norm(channels, kind=nn.BatchNorm2d):
    """Keras's momentum 0.99 is PyTorch's 0.01."""
    return kind(channels, eps=1e-3, momentum=0.01)


def conv_relu(inputs, filters, kernel=3):
    return [conv(inputs, filters, kernel), nn.ReLU(inplace=True)]


def model_a():
    """Small AlexNet for CIFAR-10."""
    return nn.Sequential(
        *conv_relu(3, 48), nn.MaxPool2d(3),
        *conv_relu(48, 128), nn.MaxPool2d(3),
        *conv_relu(128, 192), *conv_relu(192, 192), *conv_relu(192, 128), nn.MaxPool2d(3),
        nn.Flatten(),
        nn.Linear(128, 1024), nn.ReLU(inplace=True), nn.Dropout(0.5),
        nn.Linear(1024, 1024), nn.ReLU(inplace=True),
        nn.Linear(1024, 10),
    )


def model_b():
    """Strided convolutions with batch normalisation and leaky ReLU."""
    layers, inputs = [], 3
    for filters, stride in [(32, 1), (32, 2), (64, 1), (64, 2)]:
        layers += [conv(inputs, filters, stride=stride), norm(filters), nn.LeakyReLU(0.3, inplace=True)]
        inputs = filters
    return nn.Sequential(
        *layers,
        nn.Flatten(),
        nn.Linear(8 * 8 * 64, 128), norm(128, nn.BatchNorm1d), nn.LeakyReLU(0.3, inplace=True), nn.Dropout(0.5),
        nn.Linear(128, 10),
    )


def model_c():
    """Convolution-heavy net for Fashion-MNIST."""
    return nn.Sequential(
        *conv_relu(1, 64, 7), nn.MaxPool2d(2),
        *conv_relu(64, 128), *conv_relu(128, 128), nn.MaxPool2d(2),
        *conv_relu(128, 256), *conv_relu(256, 256), nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(3 * 3 * 256, 128), nn.ReLU(inplace=True), nn.Dropout(0.5),
        nn.Linear(128, 64), nn.ReLU(inplace=True), nn.Dropout(0.5),
        nn.Linear(64, 10),
    )


def model_d():
    """Unpadded convolutions with batch normalisation and global pooling."""
    layers, inputs = [], 3
    for filters, pool in [(32, True), (64, True), (128, False)]:
        layers += [conv(inputs, filters, same=False), norm(filters), nn.ReLU(inplace=True)]
        layers += [nn.MaxPool2d(3)] if pool else []
        inputs = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 2))


# name: (constructor, channels, height and width, classes, parameters as Keras counts the trainable ones)
MODELS = {
    "A": (model_a, 3, 32, 10, 2_023_370),
    "B": (model_b, 3, 32, 10, 591_914),
    "C": (model_c, 1, 28, 10, 1_413_834),
    "D": (model_d, 3, 48, 2, 93_954),
}
