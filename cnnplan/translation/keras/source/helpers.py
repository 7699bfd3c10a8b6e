"""What Keras 3 has not, as source: helpers that a file takes along."""

from __future__ import annotations

from typing import Final

__all__ = ["HELPERS"]

PAD: Final = '''
def pad(x: Any, *sides: tuple[int, int], value: float = 0.0) -> Any:
    """The axes of space, longer on both sides."""
    return ops.pad(x, ((0, 0), (0, 0), *sides), constant_values=value)
'''

TRIMMED: Final = '''
def trimmed(x: Any, start: int, end: int) -> Any:
    """The axes of space without so many elements at their ends."""
    part = slice(start, -end or None)
    return x[(slice(None), slice(None), *[part] * (len(x.shape) - 2))]
'''

REPLICATE: Final = '''
def replicate(x: Any, *sides: tuple[int, int]) -> Any:
    """The axes of space, longer on both sides by their outermost elements."""
    for axis, (before, after) in enumerate(sides, 2):
        first, last = (ops.take(x, [end], axis=axis) for end in (0, -1))
        x = ops.concatenate([*[first] * before, x, *[last] * after], axis=axis)
    return x
'''

CROP: Final = '''
def crop(x: Any, size: tuple[int, ...]) -> Any:
    """The middle of an image."""
    starts = [(n - m) // 2 for n, m in zip(x.shape[2:], size, strict=True)]
    parts = [slice(start, start + m) for start, m in zip(starts, size, strict=True)]
    return x[(slice(None), slice(None), *parts)]
'''

ENLARGE: Final = '''
def enlarge(x: Any, size: tuple[int, ...]) -> Any:
    """An image in a size that is a multiple of its own, each element repeated."""
    for axis, n in enumerate(size, 2):
        x = ops.repeat(x, n // x.shape[axis], axis=axis)
    return x
'''

AVERAGE: Final = '''
def average_pool(x: Any, kernel_size: Any, strides: Any, *sides: tuple[int, int]) -> Any:
    """The mean of each window, of what is no padding in it."""
    how = {"strides": strides, "data_format": "channels_first"}
    means = ops.average_pool(pad(x, *sides), kernel_size, **how)
    return means / ops.average_pool(pad(ops.ones_like(x), *sides), kernel_size, **how)
'''

POWER: Final = '''
def power_pool(x: Any, kernel_size: Any, strides: Any, power: float, size: int) -> Any:
    """The norm of each window, of `size` elements."""
    means = ops.average_pool(x**power, kernel_size, strides=strides, data_format="channels_first")
    return (size * means) ** (1 / power)
'''

RESPONSE: Final = '''
def local_response_norm(x: Any, size: int, alpha: float, beta: float, k: float) -> Any:
    """Every element by a power of the mean square of its neighbours among the channels."""
    sides = [(0, 0)] * len(x.shape)
    sides[1] = (size // 2, (size - 1) // 2)
    squares, channels = ops.pad(x * x, sides), x.shape[1]
    total = sum(squares[:, i : i + channels] for i in range(size))
    return x / (k + alpha * total / size) ** beta
'''

ATTENTION: Final = '''
def dot_attention(query: Any, key: Any, value: Any, bias: Any = None) -> Any:
    """The softmax of the products of queries and keys weighs the values."""
    products = ops.matmul(query, ops.swapaxes(key, -1, -2)) / query.shape[-1] ** 0.5
    products = products if bias is None else products + bias
    return ops.matmul(ops.softmax(products, axis=-1), value)
'''

CAUSAL: Final = '''
def causal_attention(query: Any, key: Any, value: Any) -> Any:
    """Attention of (N, heads, T, features), of each place to those before it and itself."""
    turned = (ops.swapaxes(each, 1, 2) for each in (query, key, value))
    return ops.swapaxes(ops.dot_product_attention(*turned, is_causal=True), 1, 2)
'''

REPEATED: Final = '''
def repeated(x: Any, like: Any) -> Any:
    """The one sample of `x`, once for each sample of another tensor."""
    first = like[(slice(None), *(slice(0, 1) for _ in like.shape[1:]))]
    zeros = ops.reshape(ops.zeros_like(first, dtype=x.dtype), (-1, *(1 for _ in x.shape[1:])))
    return x + zeros
'''

SCALE: Final = '''
@keras.saving.register_keras_serializable()
class Scale(layers.Layer):
    """A trained factor for each index of an axis."""

    def __init__(self, axis: int, **more: Any) -> None:
        super().__init__(**more)
        self.axis = axis

    def build(self, shape: tuple[int, ...]) -> None:
        self.shape = [1] * len(shape)
        self.shape[self.axis] = shape[self.axis]
        self.weight = self.add_weight(shape=(shape[self.axis],), initializer="ones")

    def call(self, x: Any) -> Any:
        return x * ops.reshape(self.weight, self.shape)
'''

WEIGHT: Final = '''
@keras.saving.register_keras_serializable()
class Weight(layers.Layer):
    """Numbers of its own, whatever comes in: trained ones, or constants."""

    def __init__(self, shape: tuple[int, ...], **more: Any) -> None:
        super().__init__(**more)
        self.shape = shape

    def build(self, _: Any) -> None:
        self.weight = self.add_weight(
            shape=self.shape, initializer="random_normal", trainable=self.trainable
        )

    def call(self, _: Any) -> Any:
        return ops.convert_to_tensor(self.weight)
'''

MODEL: Final = '''
def as_model(block: Any, *inputs: Any, name: str, **more: Any) -> keras.Model:
    """A block as a model of its own, which is called more than once."""
    given = [keras.Input(x.shape[1:], dtype=x.dtype) for x in inputs]
    return keras.Model(given, block(*given, name=name, **more), name=name)
'''

HELPERS: Final = {
    "Scale": SCALE,
    "Weight": WEIGHT,
    "as_model": MODEL,
    "average_pool": AVERAGE,
    "power_pool": POWER,
    "local_response_norm": RESPONSE,
    "dot_attention": ATTENTION,
    "causal_attention": CAUSAL,
    "repeated": REPEATED,
    "trimmed": TRIMMED,
    "crop": CROP,
    "enlarge": ENLARGE,
    "replicate": REPLICATE,
    "pad": PAD,
}
"""In the order in which they stand; one that is used by another comes behind it, so that both are found."""
