"""The first version of this project, only for comparison: a Keras U-Net with 31.0 million parameters at 128x128.

Takes the port as its argument and serves `POST /predict` as the first version did: one model, one `model.predict` per
request, nothing else. The weights are random, since they do not affect the time.
"""

import base64
import io
import sys
from typing import Annotated, Any

import keras
import numpy as np
import uvicorn
from fastapi import FastAPI, File
from keras import layers
from PIL import Image, ImageOps

WIDTHS = (64, 128, 256, 512, 1024)


def build() -> keras.Model:
    """A model from float32[N,128,128,1] to the vessel probability float32[N,128,128,1]."""

    def level(x: Any, width: int) -> Any:
        for _ in range(2):
            x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        return x

    inputs = keras.Input((128, 128, 1))
    x, skips = inputs, []
    for width in WIDTHS[:-1]:
        x = level(x, width)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = level(x, WIDTHS[-1])
    for width, skip in zip(reversed(WIDTHS[:-1]), reversed(skips), strict=True):
        x = level(layers.Concatenate()([layers.Conv2DTranspose(width, 2, strides=2)(x), skip]), width)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))


def serve(port: int) -> None:
    """Serve until the process is killed."""
    app, model = FastAPI(), build()
    assert round(model.count_params() / 1e6, 1) == 31.0

    @app.post("/predict")
    def predict(file: Annotated[bytes, File()]) -> dict[str, str]:
        small = Image.open(io.BytesIO(file)).convert("RGB").resize((128, 128), Image.Resampling.BICUBIC)
        gray = np.asarray(ImageOps.equalize(small.convert("L")), np.float32) / 255
        probability = model.predict(gray[None, ..., None], verbose=0)[0, ..., 0]
        mask = Image.fromarray((probability > 0.5).astype(np.uint8) * 255)
        return {"original_image": _png(small), "prediction_image": _png(mask)}

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


def _png(image: Image.Image) -> str:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
