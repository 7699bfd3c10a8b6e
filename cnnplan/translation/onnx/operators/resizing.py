"""Images in another size, and images that are looked up between their elements."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from cnnplan.translation.onnx.contents import decimal
from cnnplan.translation.onnx.refusals import NotUnderstood

if TYPE_CHECKING:
    from cnnplan.translation.onnx.job import Job
    from cnnplan.translation.onnx.values import Value


CUBIC = (Fraction(-3, 4), Fraction(-1, 2))
"""The coefficient of PyTorch's cubic filter, without antialias and with it."""


def upsample_(job: Job) -> None:
    """Upsample, which Resize took the place of."""
    scales = [*job.known(1, "scales").flat] if job.has(1) else [decimal(n) for n in job.numbers("scales") or []]
    mode = job.text("mode", "nearest")
    job.wants("mode", mode, "nearest", "linear", "bilinear")
    if mode != "nearest":
        raise NotUnderstood(f"mode {mode} of Upsample, whose places are those of no framework")
    _resized(job, job.as_layer(job.value()), {"scale_factor": scales}, "nearest", "asymmetric", "floor")


def resize_(job: Job) -> None:
    """Resize by scales or to sizes, with the coordinates that PyTorch has too."""
    x = job.as_layer(job.value())
    old = job.opset < 11  # noqa: PLR2004 - the version that took sizes in
    scales, sizes = (1, 9) if old else (2, 3)
    axes = job.wholes("axes")
    if job.text("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise NotUnderstood(f"keep_aspect_ratio_policy {job.text('keep_aspect_ratio_policy')}")
    how: dict[str, list[Any]] = {}
    if job.has(sizes):
        how["size"] = _every(job.known(sizes, "sizes").flat, axes, x.shape)
    elif job.has(scales):
        how["scale_factor"] = _every(job.known(scales, "scales").flat, axes, (1,) * len(x.shape))
    if not any(how.values()):
        raise NotUnderstood("neither scales nor sizes")
    mode = job.text("mode", "nearest")
    places = job.text("coordinate_transformation_mode", "asymmetric" if old else "half_pixel")
    rounding = job.text("nearest_mode", "floor" if old else "round_prefer_floor")
    _resized(job, x, how, mode, places, rounding)


def _every(numbers: Any, axes: list[int] | None, default: Any) -> list[Any]:
    if axes is None:
        return [*numbers]
    found = [*default]
    for axis, number in zip(axes, numbers, strict=True):
        found[axis % len(found)] = number
    return found


def _resized(job: Job, x: Value, how: dict[str, list[Any]], mode: str, places: str, rounding: str) -> None:  # noqa: PLR0913, PLR0917
    ((key, numbers),) = how.items()
    front = [1, 1] if key == "scale_factor" else [*x.shape[:2]]
    if numbers[:2] != front:
        raise NotUnderstood(f"a {key} of {numbers[:2]} for the first two axes")
    spatial = numbers[2:]
    if key == "size" and spatial == [*x.shape[2:]]:
        job.give(x)
        return
    args: dict[str, Any] = {key: spatial[0] if len(set(map(str, spatial))) == 1 and key != "size" else spatial}
    modes = {"nearest": "nearest", "cubic": "bicubic"}
    modes["linear"] = {3: "linear", 4: "bilinear", 5: "trilinear"}.get(len(x.shape), "linear")
    job.wants("mode", mode, *modes)
    if mode != "nearest":
        args["mode"] = modes[mode]
    if mode == "nearest":
        _nearest(x, key, spatial, places, rounding)
    elif places == "align_corners":
        if key == "scale_factor" and not all(_comes_out_even(*pair) for pair in zip(x.shape[2:], spatial, strict=True)):
            raise NotUnderstood("align_corners by scales to sizes that are not whole, which move what is aligned")
        args["align_corners"] = True
    else:
        job.wants("coordinate_transformation_mode", places, "half_pixel", "pytorch_half_pixel")
        if places == "pytorch_half_pixel" and key == "size" and 1 in spatial:
            raise NotUnderstood(f"coordinate_transformation_mode {places} to a size of 1")
    _filter(job, mode, args)
    job.give(job.layer("upsample", args, [x]))


def _filter(job: Job, mode: str, args: dict[str, Any]) -> None:
    """Refuse to weigh other neighbours than PyTorch does: it leaves out those outside, with antialias and only then."""
    smooth, inside = bool(job.whole("antialias")), bool(job.whole("exclude_outside"))
    if mode == "cubic" and decimal(job.number("cubic_coeff_a", -0.75)) != CUBIC[smooth]:
        more = " with antialias" if smooth else ""
        raise NotUnderstood(f"cubic_coeff_a {job.number('cubic_coeff_a', -0.75):g}{more}")
    if mode == "cubic" or smooth:
        job.wants("exclude_outside", int(inside), int(smooth))
    if smooth:
        if mode == "nearest" or "align_corners" in args:
            raise NotUnderstood("antialias of the nearest element or of corners that stay")
        args["antialias"] = True


def _comes_out_even(extent: Any, scale: Any) -> bool:
    """Whether an extent times a scale is whole, at all sizes."""
    factor = Fraction(scale)
    return factor.denominator == 1 or (isinstance(extent, int) and (extent * factor).denominator == 1)


def _nearest(x: Value, key: str, numbers: list[Any], places: str, rounding: str) -> None:
    """Refuse to take other neighbours than PyTorch does."""
    if places == "asymmetric" and rounding == "floor":
        return
    whole = key == "scale_factor" and all(isinstance(n, int) for n in numbers)
    if key == "size":
        pairs = zip(numbers, x.shape[2:], strict=True)
        whole = all(isinstance(n, int) and isinstance(m, int) and n % m == 0 for n, m in pairs)
    half = places in ("half_pixel", "pytorch_half_pixel", "half_pixel_symmetric") and rounding == "round_prefer_floor"
    if not (whole and (half or (places == "asymmetric" and rounding == "round_prefer_floor" and max(numbers) <= 2))):  # noqa: PLR2004
        raise NotUnderstood(f"nearest with coordinate_transformation_mode {places} and nearest_mode {rounding}")


def gridsample_(job: Job) -> None:
    """GridSample."""
    x = job.as_layer(job.value())
    mode = job.text("mode", "linear" if job.opset >= 20 else "bilinear")  # noqa: PLR2004 - renamed there
    job.wants("mode", mode, "linear", "bilinear", "nearest")
    job.wants("padding_mode", job.text("padding_mode", "zeros"), "zeros", "border")
    args: dict[str, Any] = {} if mode != "nearest" else {"mode": "nearest"}
    if job.text("padding_mode", "zeros") == "border":
        args["padding_mode"] = "border"
    if job.whole("align_corners"):
        args["align_corners"] = True
    job.give(job.layer("grid_sample", args, [x, job.as_layer(job.value(1))]))
