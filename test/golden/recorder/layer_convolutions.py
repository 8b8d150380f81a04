"""Cases of convolution layers: paddings that are even and odd, strides, dilation, groups."""

from .generator import uniform


def case(kind, shape, **options):
    return {"class": kind, "options": options, "inputs": [uniform(shape, 700)]}


def conv(size, kernel, stride, padding, **more):
    """A square convolution of two channels to three."""
    options = {"filters": 3, "kernelSize": kernel, "strides": stride, "padding": padding, **more}
    return case("Conv2D", [1, size, size, 2], **options)


# (size, kernel, stride) with "same" padding before and after: (1,1) (0,1) (1,2) (0,1) (1,1) (1,2)
SAME = [(8, 4, 2), (6, 3, 2), (5, 4, 1), (6, 2, 1), (7, 3, 2), (7, 4, 3), (5, 1, 2), (4, 5, 1)]


def plain():
    yield conv(5, 3, 1, "valid")
    yield conv(5, 3, 1, "same")
    yield conv(6, 3, 2, "valid")
    for size, kernel, stride in SAME:
        yield conv(size, kernel, stride, "same")
    yield conv(7, 2, 3, "valid")
    yield conv(7, 3, 1, "valid", dilationRate=2)
    yield conv(6, 3, 1, "same", dilationRate=2)
    yield case("Conv2D", [1, 7, 6, 2], filters=2, kernelSize=[2, 3], dilationRate=[3, 2], padding="same")
    yield case("Conv2D", [2, 5, 7, 2], filters=2, kernelSize=[3, 2], strides=[1, 2], padding="same")
    yield case("Conv2D", [2, 4, 4, 4], filters=6, kernelSize=3, groups=2, padding="same")
    yield case("Conv2D", [1, 5, 5, 4], filters=4, kernelSize=2, groups=4, strides=2)
    yield case("Conv2D", [1, 4, 4, 3], filters=2, kernelSize=1, useBias=False)
    yield case("Conv2D", [1, 4, 4, 1], filters=2, kernelSize=3, activation="relu", padding="same")
    yield case("DepthwiseConv2D", [1, 5, 5, 3], kernelSize=3)
    yield case("DepthwiseConv2D", [1, 5, 5, 2], kernelSize=3, padding="same", depthMultiplier=3)
    yield case("DepthwiseConv2D", [1, 6, 6, 2], kernelSize=3, padding="same", strides=2, depthMultiplier=2)
    yield case("DepthwiseConv2D", [1, 6, 6, 2], kernelSize=2, dilationRate=2, useBias=False)
    yield case("DepthwiseConv2D", [1, 6, 6, 2], kernelSize=3, dilationRate=2, padding="same", activation="tanh")
    yield case("SeparableConv2D", [1, 5, 5, 2], filters=3, kernelSize=3)
    yield case("SeparableConv2D", [1, 5, 5, 2], filters=3, kernelSize=3, padding="same", depthMultiplier=2)
    yield case("SeparableConv2D", [1, 6, 6, 2], filters=3, kernelSize=3, padding="same", strides=2, useBias=False)
    yield case("SeparableConv2D", [1, 6, 6, 2], filters=2, kernelSize=2, padding="same", dilationRate=2, activation="relu")
    yield case("Dense", [3, 4], units=5)
    yield case("Dense", [2, 3, 4], units=2, activation="softmax")


def one_dimension():
    for padding in ["valid", "same", "causal"]:
        for stride, dilation in [(1, 1), (2, 1), (3, 1), (1, 2)]:
            options = {"filters": 3, "kernelSize": 3, "strides": stride, "dilationRate": dilation, "padding": padding}
            yield case("Conv1D", [2, 8, 2], **options)
    yield case("Conv1D", [2, 7, 4], filters=4, kernelSize=2, groups=2, padding="same", strides=2)
    yield case("DepthwiseConv1D", [2, 7, 2], kernelSize=3, depthMultiplier=2)
    yield case("DepthwiseConv1D", [2, 6, 2], kernelSize=3, padding="same", strides=2)
    yield case("SeparableConv1D", [2, 7, 2], filters=3, kernelSize=3, depthMultiplier=2)
    yield case("SeparableConv1D", [2, 6, 2], filters=3, kernelSize=3, padding="same", strides=2)
    for padding in ["valid", "same"]:
        for stride in [1, 2, 3]:
            yield case("Conv1DTranspose", [2, 4, 2], filters=3, kernelSize=3, strides=stride, padding=padding)
    yield case("Conv1DTranspose", [2, 4, 2], filters=3, kernelSize=2, strides=3, padding="same", outputPadding=1)


def transposed():
    for padding in ["valid", "same"]:
        for kernel in [1, 2, 3, 4]:
            for stride in [1, 2, 3]:
                options = {"filters": 2, "kernelSize": kernel, "strides": stride, "padding": padding}
                yield case("Conv2DTranspose", [1, 3, 3, 2], **options)
                for extra in range(stride if stride > 1 and kernel > 1 else 0):
                    yield case("Conv2DTranspose", [1, 3, 3, 1], **{**options, "filters": 1}, outputPadding=extra)
    yield case("Conv2DTranspose", [2, 3, 4, 3], filters=2, kernelSize=[3, 2], strides=[2, 1], padding="same")
    yield case("Conv2DTranspose", [1, 4, 3, 2], filters=2, kernelSize=[2, 4], strides=[3, 2], useBias=False, activation="relu")
    yield case("Conv2DTranspose", [1, 4, 4, 2], filters=2, kernelSize=3, dilationRate=2, padding="valid")
    yield case("Conv2DTranspose", [1, 4, 4, 2], filters=2, kernelSize=3, dilationRate=2, padding="same")
