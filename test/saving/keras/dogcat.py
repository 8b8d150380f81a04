"""What the model of Keras 2 in fixtures/dogcat-keras2 computes, in plain NumPy: `dogcat.py FOLDER` prints it."""

import sys

import h5py
import numpy as np

SIZE = 64


def convolution(x, kernel, bias):
    height, width = x.shape[1] - kernel.shape[0] + 1, x.shape[2] - kernel.shape[1] + 1
    y = np.zeros((x.shape[0], height, width, kernel.shape[3]))
    for row in range(kernel.shape[0]):
        for column in range(kernel.shape[1]):
            y += x[:, row : row + height, column : column + width] @ kernel[row, column]
    return y + bias


def pooling(x):
    height, width = x.shape[1] // 2, x.shape[2] // 2
    return x[:, : 2 * height, : 2 * width].reshape(x.shape[0], height, 2, width, 2, -1).max((2, 4))


file = h5py.File(f"{sys.argv[1]}/weights.h5")
weights = {name: [group[weight][()] for weight in group.attrs["weight_names"]] for name, group in file.items()}
index = np.arange(2 * SIZE * SIZE * 3)
x = ((index * 7919 + index // 97) % 256).reshape(2, SIZE, SIZE, 3).astype("float64")
for number in (1, 2, 3):
    x = pooling(np.maximum(convolution(x, *weights[f"conv2d_{number}"]), 0))
x = np.maximum(x.reshape(2, -1) @ weights["dense_1"][0] + weights["dense_1"][1], 0)
x = x @ weights["dense_2"][0] + weights["dense_2"][1]
print((1 / (1 + np.exp(-x))).tolist())
