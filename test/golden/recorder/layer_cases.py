"""What layers-*.json is made of, family by family."""

from . import layer_convolutions, layer_pooling, layer_others

FAMILIES = {
    "convolution": layer_convolutions.plain,
    "convolution-1d": layer_convolutions.one_dimension,
    "convolution-transpose": layer_convolutions.transposed,
    "pooling": layer_pooling.cases,
    "normalization": layer_others.normalization,
    "shape": layer_others.shape,
    "activation": layer_others.activation,
    "merging": layer_others.merging,
}
