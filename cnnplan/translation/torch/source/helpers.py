"""What a file needs besides its classes, each only where it is used."""

from __future__ import annotations

from typing import Final

__all__ = ["HELPERS"]

HELPERS: Final = {
    "half": '''
def half(size: int | tuple[int, ...]) -> int | tuple[int, ...]:
    """Half of a number, or of each of several."""
    return tuple(n // 2 for n in size) if isinstance(size, tuple) else size // 2
''',
    "half of a pair": '''
def half(size: int | tuple[int, int]) -> int | tuple[int, int]:
    """Half of a number, or of both."""
    return (size[0] // 2, size[1] // 2) if isinstance(size, tuple) else size // 2
''',
    "make_divisible": '''
def make_divisible(value: float, divisor: int) -> int:
    """The multiple of a divisor that is nearest, but at least 90 % of the value."""
    nearest = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * value else nearest
''',
    "pad_same": '''
def pad_same(
    x: Tensor, kernel_size: int, stride: int, dilation: int = 1, value: float = 0
) -> Tensor:
    """Pad so that there are ceil(n / stride) steps, the odd one at the end."""
    pads: list[int] = []
    for n in x.shape[2:]:
        steps = math.ceil(n / stride)
        missing = max((steps - 1) * stride + (kernel_size - 1) * dilation + 1 - n, 0)
        pads = [missing // 2, missing - missing // 2, *pads]
    return F.pad(x, pads, value=value)
''',
    "center_crop": '''
def center_crop(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """The middle of the axes of space."""
    index = [slice(None)] * 2
    for n, wanted in zip(x.shape[2:], size, strict=True):
        start = (n - wanted) // 2
        index.append(slice(start, start + wanted))
    return x[tuple(index)]
''',
    "Weight": '''
class Weight(nn.Module):
    """Trained numbers on their own."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))

    def forward(self) -> Tensor:
        return self.weight
''',
    "Scale": '''
class Scale(nn.Module):
    """A trained factor for each index of an axis."""

    def __init__(self, size: int, dim: int = 1) -> None:
        super().__init__()
        self.dim = dim
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        behind = x.dim() - 1 - self.dim % x.dim()
        return x * self.weight.reshape(-1, *[1] * behind)
''',
    "ChannelNorm": '''
class ChannelNorm(nn.LayerNorm):
    """A layer norm of the channels at each place."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
''',
    "Bias": '''
class Bias(nn.Module):
    """Trained numbers that are added."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(size))

    def forward(self) -> Tensor:
        return self.bias
''',
    "Constant": '''
class Constant(nn.Module):
    """Numbers that are stored, and not trained."""

    value: Tensor

    def __init__(
        self, shape: tuple[int, ...], dtype: torch.dtype | None = None
    ) -> None:
        super().__init__()
        self.register_buffer("value", torch.zeros(shape, dtype=dtype))

    def forward(self) -> Tensor:
        return self.value
''',
    "LocallyConnected": '''
class LocallyConnected(nn.Module):
    """A convolution with weights of its own at every place."""

    def __init__(
        self,
        shape: tuple[int, ...],
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(shape))
        self.axes = (len(shape) - 2) // 2
        steps = shape[2 : 2 + self.axes]
        self.bias = nn.Parameter(torch.zeros(shape[0], *steps)) if bias else None
        self.stride, self.padding, self.dilation = stride, padding, dilation

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, (self.padding,) * 2 * self.axes)
        for axis in range(self.axes):
            extent = self.dilation * (self.weight.shape[2 + self.axes + axis] - 1) + 1
            x = x.unfold(2 + axis, extent, self.stride)[..., :: self.dilation]
        steps, taps = "hwd"[: self.axes], "ijk"[: self.axes]
        equation = f"nc{steps}{taps},oc{steps}{taps}->no{steps}"
        x = torch.einsum(equation, x, self.weight)
        return x if self.bias is None else x + self.bias
''',
}
"""Their source by name."""
