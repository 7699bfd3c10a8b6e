"""Darknet's classic networks, written from the published architectures: sections of `.cfg`, put together."""

from __future__ import annotations


def section(name, **values):
    return f"[{name}]\n" + "".join(f"{key.rstrip('_')}={value}\n" for key, value in values.items())


def net(size, channels=3):
    return section("net", batch=1, width=size, height=size, channels=channels, momentum=0.9)


def conv(filters, size=3, stride=1, activation="leaky", pad=1):
    values = {"batch_normalize": 1, "filters": filters, "size": size, "stride": stride, "pad": pad}
    return section("convolutional", **values, activation=activation)


def plain(filters, size=1, activation="linear", **more):
    return section("convolutional", filters=filters, size=size, stride=1, pad=1, activation=activation, **more)


def pool(size=2, stride=2, **more):
    return section("maxpool", size=size, stride=stride, **more)


def route(*layers, **more):
    return section("route", layers=",".join(map(str, layers)), **more)


def shortcut(back, activation="linear"):
    return section("shortcut", from_=back, activation=activation)


def predicted(channels=255):
    anchors = "10,13, 16,30, 33,23, 30,61, 62,45, 59,119, 116,90, 156,198, 373,326"
    return plain(channels) + section("yolo", anchors=anchors, classes=80, num=9, mask="0,1,2")


def region(channels=425):
    return plain(channels) + section(
        "region", anchors=".6,.7, 1.9,2, 3.3,5.5, 7.9,3.5, 9.8,9.2", classes=80, num=5, softmax=1
    )


def classes(*, first=False):
    """The end of a classifier; first: the mean comes before the classes."""
    ends = plain(1000), section("avgpool")
    return "".join(ends[::-1] if first else ends) + section("softmax", groups=1)


UP = section("upsample", stride=2)


def _backbone():
    """Darknet-53 without its end."""
    text = conv(32) + conv(64, stride=2)
    for width, times in ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4)):
        text += conv(width, stride=2) if width > 64 else ""
        text += (conv(width // 2, 1) + conv(width) + shortcut(-3)) * times
    return text


def darknet53(size=256):
    """Redmon & Farhadi 2018."""
    return net(size) + _backbone() + classes(first=True)


def yolov3(size=416, *, pyramid=False):
    """Redmon & Farhadi 2018: darknet-53, and three scales; with the pyramid of poolings it is yolov3-spp."""
    text = net(size) + _backbone()
    for width, skip in ((1024, 0), (512, 61), (256, 36)):
        if skip:
            text += route(-4) + conv(width // 2, 1) + UP + route(-1, skip)
        if pyramid and not skip:
            text += conv(512, 1) + conv(1024) + conv(512, 1)
            text += pool(5, 1) + route(-2) + pool(9, 1) + route(-4) + pool(13, 1) + route(-1, -3, -5, -6)
            text += conv(512, 1) + conv(1024) + conv(512, 1) + conv(1024) + predicted()
        else:
            text += (conv(width // 2, 1) + conv(width)) * 3 + predicted()
    return text


def yolov3_spp(size=608):
    """The same with poolings of 5, 9 and 13 side by side."""
    return yolov3(size, pyramid=True)


def yolov3_tiny(size=416):
    """Its last pooling has a stride of 1, and keeps the size."""
    text = net(size) + "".join(conv(width) + pool() for width in (16, 32, 64, 128, 256)) + conv(512)
    text += pool(2, 1) + conv(1024) + conv(256, 1) + conv(512) + predicted()
    return text + route(-4) + conv(128, 1) + UP + route(-1, 8) + conv(256) + predicted()


def yolov4_tiny(size=416):
    """Wang et al. 2020: halves of channels by group."""
    text = net(size) + conv(32, stride=2) + conv(64, stride=2)
    for width in (64, 128, 256):
        text += conv(width) + route(-1, groups=2, group_id=1) + conv(width // 2) + conv(width // 2)
        text += route(-1, -2) + conv(width, 1) + route(-6, -1) + pool()
    text += conv(512) + conv(256, 1) + conv(512) + predicted()
    return text + route(-4) + conv(128, 1) + UP + route(-1, 23) + conv(256) + predicted()


def yolov4(size=608):
    """Bochkovskiy et al. 2020: CSPDarknet-53, a pyramid of poolings, paths up and down."""
    text = net(size) + conv(32, activation="mish")
    for width, times in ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4)):
        half, inner = (64, 32) if width == 64 else (width // 2, width // 2)
        text += conv(width, stride=2, activation="mish") + conv(half, 1, activation="mish") + route(-2)
        text += conv(half, 1, activation="mish")
        text += (conv(inner, 1, activation="mish") + conv(half, activation="mish") + shortcut(-3)) * times
        text += conv(half, 1, activation="mish") + route(-1, -(3 * times + 4)) + conv(width, 1, activation="mish")
    text += conv(512, 1) + conv(1024) + conv(512, 1)
    text += pool(5, 1) + route(-2) + pool(9, 1) + route(-4) + pool(13, 1) + route(-1, -3, -5, -6)
    text += conv(512, 1) + conv(1024) + conv(512, 1)
    for width, skip in ((256, 85), (128, 54)):
        text += conv(width, 1) + UP + route(skip) + conv(width, 1) + route(-1, -3)
        text += (conv(width, 1) + conv(2 * width)) * 2 + conv(width, 1)
    text += conv(256) + predicted()
    for width, back in ((256, -16), (512, -37)):
        text += route(-4) + conv(width, stride=2) + route(-1, back)
        text += (conv(width, 1) + conv(2 * width)) * 3 + predicted()
    return text


def _nineteen():
    text = conv(32) + pool() + conv(64) + pool()
    for width, times in ((128, 1), (256, 1), (512, 2), (1024, 2)):
        text += conv(width) + (conv(width // 2, 1) + conv(width)) * times + (pool() if width < 1024 else "")
    return text


def darknet19(size=256):
    """Redmon & Farhadi 2016."""
    return net(size) + _nineteen() + classes()


def yolov2(size=608):
    """The same: pixels of squares become channels."""
    text = net(size) + _nineteen() + conv(1024) * 2 + route(-9) + conv(64, 1) + section("reorg", stride=2)
    return text + route(-1, -4) + conv(1024) + region()


def yolov2_tiny(size=416):
    text = net(size) + "".join(conv(width) + pool() for width in (16, 32, 64, 128, 256)) + conv(512) + pool(2, 1)
    return text + conv(1024) + conv(512) + region()


def reference(size=256):
    """The small network that Darknet is shown with."""
    text = net(size) + "".join(conv(width) + pool() for width in (16, 32, 64, 128, 256, 512))
    return text + conv(1024) + classes(first=True)


def _residual(blocks, size, *, first):
    """Darknet's ResNets: no convolution on a shortcut, the channels and pixels that there are are added."""
    text = net(size) + conv(64, 7, 2) + pool()
    for stage, times in enumerate(blocks):
        width = 64 * 2**stage
        for i in range(times):
            stride = 2 if stage and i == 0 else 1
            text += conv(width, 1) + conv(width, 3, stride) + conv(4 * width, 1, activation="linear")
            text += shortcut(-4, "leaky")
    return text + classes(first=first)


def resnet50(size=256):
    """He et al. 2015."""
    return _residual((3, 4, 6, 3), size, first=True)


def resnet152(size=256):
    """He et al. 2015."""
    return _residual((3, 8, 36, 3), size, first=False)


def densenet201(size=256):
    """Huang et al. 2016."""
    text, width = net(size) + conv(64, 7, 2) + pool(), 64
    for times in (6, 12, 48, 32):
        if width > 64:
            width //= 2
            text += conv(width, 1) + pool()
        text += (conv(128, 1) + conv(32) + route(-1, -3)) * times
        width += 32 * times
    return text + classes()


def vgg16(size=224):
    """Simonyan & Zisserman 2014."""
    text = net(size)
    for width, times in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        text += plain(width, 3, "relu") * times + pool()
    hidden = section("connected", output=4096, activation="relu") + section("dropout", probability=0.5)
    return text + hidden * 2 + section("connected", output=1000, activation="linear") + section("softmax", groups=1)


def alexnet(size=227):
    """Krizhevsky et al. 2012: its poolings are not padded."""
    text = net(size) + section("convolutional", filters=96, size=11, stride=4, pad=0, activation="relu")
    text += pool(3, padding=0) + plain(256, 5, "relu") + pool(3, padding=0)
    text += plain(384, 3, "relu") * 2 + plain(256, 3, "relu") + pool(3, padding=0)
    hidden = section("connected", output=4096, activation="relu") + section("dropout", probability=0.5)
    return text + hidden * 2 + section("connected", output=1000, activation="linear") + section("softmax", groups=1)
