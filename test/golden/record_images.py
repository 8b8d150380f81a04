"""Makes the image files of test/data/images and records what Keras, TensorFlow and Pillow read from them.

    python -m venv image-venv && image-venv/bin/pip install pillow==12.3.0 tensorflow-cpu==2.21.0 keras==3.15.1
    image-venv/bin/python test/golden/record_images.py

See "Images" in README.md beside this file.
"""

import contextlib
import io
import json
import os
import pathlib
import tempfile

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

HERE = pathlib.Path(__file__).parent
FOLDER = HERE.parent / "data" / "images"


def pattern(height, width, channels):
    """The numbers that test/data/images.test.ts makes too."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    return ((x * 20 + y * 13 + c * 50) % 256).astype("uint8")


def make_files():
    FOLDER.mkdir(exist_ok=True)
    rgb = Image.fromarray(pattern(9, 12, 3), "RGB")
    rgba = Image.fromarray(pattern(9, 12, 4), "RGBA")
    gray = Image.fromarray(pattern(9, 12, 1)[:, :, 0], "L")
    rgb.save(FOLDER / "colour.jpg", quality=95, subsampling=0)
    exif = Image.Exif()
    exif[0x0112] = 6
    rgb.save(FOLDER / "turned.jpg", quality=95, subsampling=0, exif=exif)
    gray.save(FOLDER / "gray.jpg", quality=95)
    rgb.save(FOLDER / "colour.png")
    rgba.save(FOLDER / "transparent.png")
    gray.save(FOLDER / "gray.png")
    Image.fromarray(pattern(9, 12, 1)[:, :, 0].astype("uint16") * 256 + 77).save(FOLDER / "deep.png")
    palette = rgb.quantize(16)
    palette.save(FOLDER / "palette.png")
    palette.save(FOLDER / "moving.gif", save_all=True, append_images=[gray.convert("RGB").quantize(16)], duration=100)
    rgb.save(FOLDER / "colour.bmp")
    palette.save(FOLDER / "palette.bmp")
    rgb.save(FOLDER / "colour.webp", lossless=True)


def decoded():
    """By Pillow, as keras.utils.load_img does; the 16-bit file by TensorFlow, since Pillow clips its values instead of scaling them."""
    result = {}
    for path in sorted(FOLDER.iterdir()):
        entry = {"shape": [9, 12]}
        for mode, channels in (("rgb", 3), ("rgba", 4), ("grayscale", 1)):
            if path.name == "deep.png":
                image = tf.io.decode_image(path.read_bytes(), channels=channels).numpy()
            else:
                image = np.asarray(keras.utils.load_img(path, color_mode=mode))
            entry[mode] = image.astype(int).flatten().tolist()
        result[path.name] = entry
    return result


def resized():
    """As image_dataset_from_directory does."""
    cases = []
    for height, width in ((4, 5), (14, 20), (9, 12), (3, 30), (20, 5), (1, 1)):
        for interpolation in ("bilinear", "nearest"):
            for fit in ("distort", "crop", "pad"):
                if fit == "pad" and height == 1:
                    continue  # TensorFlow refuses an image without rows
                image = pattern(9, 12, 3).astype("float32")
                size = (height, width)
                if fit == "pad":
                    result = tf.image.resize_with_pad(image, *size, method=interpolation)
                else:
                    result = keras.ops.image.resize(image, size, interpolation=interpolation, crop_to_aspect_ratio=fit == "crop")
                cases.append(
                    {
                        "height": height,
                        "width": width,
                        "interpolation": interpolation,
                        "fit": fit,
                        "data": [round(float(value), 4) for value in np.asarray(result).flatten()],
                    }
                )
    return cases


def folders():
    """The files of classes of different sizes, for some arguments, and what is printed."""
    names = [f"{kind}/{kind}{i}.png" for kind, count in (("b", 5), ("a-b", 3), ("a", 4)) for i in range(count)]
    names += ["a/below/z.PNG", "a/.hidden.png", "b/text.txt", ".none/x.png"]
    arguments = [
        {"seed": 7},
        {"shuffle": False},
        {"shuffle": False, "class_names": ["b", "a"]},
        {"seed": 1337, "validation_split": 0.3, "subset": "training"},
        {"seed": 1337, "validation_split": 0.3, "subset": "validation"},
        {"shuffle": False, "validation_split": 0.3, "subset": "validation"},
        {"shuffle": False, "labels": None},
        {"shuffle": False, "labels": [5, 3] * 7 + [3]},
        {"shuffle": False, "label_mode": "categorical"},
        {"shuffle": False, "label_mode": "binary", "class_names": ["b", "a"]},
    ]
    cases = []
    with tempfile.TemporaryDirectory() as directory:
        for name in names:
            path = pathlib.Path(directory, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pattern(2, 2, 3), "RGB").save(path, format="PNG")
        for options in arguments:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                dataset = keras.utils.image_dataset_from_directory(directory, image_size=(2, 2), **options)
            case = {
                "options": options,
                "printed": printed.getvalue().splitlines(),
                "paths": [os.path.relpath(path, directory) for path in dataset.file_paths],
                "classNames": dataset.class_names,
            }
            if options.get("shuffle") is False and options.get("labels", "") is not None:
                labels = np.concatenate([np.asarray(y) for _, y in dataset])
                case["labels"] = {"shape": list(labels.shape), "dtype": str(labels.dtype), "data": labels.flatten().tolist()}
            cases.append(case)
    return {"names": names, "cases": cases}


def saved():
    """keras.utils.array_to_img of some values."""
    cases = []
    for values in ([0.0, 0.25, 0.5, 1.0], [-3.0, 7.5, 2.0, 100.0], [5.0, 5.0, 5.0, 5.0], list(range(0, 256, 85))):
        for scale in (True, False):
            if not scale and min(values) < 0:
                continue
            image = keras.utils.array_to_img(np.array(values, "float32").reshape(2, 2, 1), scale=scale)
            cases.append({"values": values, "scale": scale, "bytes": np.asarray(image).flatten().tolist()})
    return cases


if __name__ == "__main__":
    make_files()
    record = {"decoded": decoded(), "resized": resized(), "folders": folders(), "saved": saved()}
    (HERE / "images.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")
