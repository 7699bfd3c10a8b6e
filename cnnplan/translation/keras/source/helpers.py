"""What Keras 3 has not, as source: helpers that a file takes along."""

from __future__ import annotations

from typing import Final

__all__ = ["PAD", "SCALE"]

PAD: Final = '''
def pad(x: Any, *sides: tuple[int, int], value: float = 0.0) -> Any:
    """The axes of space, longer on both sides."""
    return ops.pad(x, ((0, 0), (0, 0), *sides), constant_values=value)
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
