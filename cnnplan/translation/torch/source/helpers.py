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
    "Attention": '''
class Attention(nn.MultiheadAttention):
    """Attention of a sequence to itself, or to another."""

    def __init__(self, features: int, heads: int, *, bias: bool = True) -> None:
        super().__init__(features, heads, bias=bias, batch_first=True)

    def forward(self, x: Tensor, key: Tensor | None = None, value: Tensor | None = None) -> Tensor:
        key = x if key is None else key
        value = x if value is None else value
        return super().forward(x, key, value, need_weights=False)[0]
''',
}
"""Their source by name."""
