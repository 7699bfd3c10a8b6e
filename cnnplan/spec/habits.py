"""What people type who come from PyTorch, Keras or TensorFlow, and what it is called here.

A word is looked up as it sounds: `nn.ConvTranspose2d`, `Conv2DTranspose` and `deconv` are one question. The answer is
the verb or argument that does it, that it is inferred, or that there is none, and what to write instead. A word that is
an operator or argument is never asked for; tests hold every answer against the operators that there are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

__all__ = [
    "ADVICE",
    "ARGUMENTS",
    "INFERRED",
    "MAIN",
    "RENAMED",
    "VERBS",
    "argument",
    "example",
    "sound",
    "truth",
    "verb",
]

VERBS: Final = {
    "add": ("addn", "plus", "sum", "elementwiseadd", "eltwise", "iadd"),
    "avg_pool": ("averagepooling", "averagepool", "avgpooling", "meanpool", "meanpooling"),
    "batch_norm": ("bn", "batchnormalization", "batchnormal", "syncbatchnorm", "frozenbatchnorm"),
    "branches": ("residual", "skip", "shortcut", "parallel", "inception", "fork", "branch"),
    "concat": ("cat", "concatenate", "concatenation", "merge", "concatv", "depthconcat"),
    "conv": ("convolution", "pointwiseconv", "pointwiseconvolution"),
    "conv_transpose": (
        *("deconv", "deconvolution", "convtransposed", "transposedconv", "transposeconv"),
        *("upconv", "upconvolution", "convolutiontranspose", "fractionallystridedconv"),
    ),
    "crop": ("centercrop", "cropping"),
    "divide": ("div", "truediv"),
    "drop_path": ("stochasticdepth",),
    "dropout": ("spatialdropout", "alphadropout", "featurealphadropout", "dropblock", "gaussiandropout", "drop"),
    "embedding": ("embed", "embeddingbag", "wordembedding", "lookup"),
    "expand": ("broadcastto", "tile", "expandas"),
    "flatten": ("flat", "ravel", "flattenlayer"),
    "global_avg_pool": ("globalaveragepooling", "globalaveragepool", "gap", "globalavgpooling", "globalpool"),
    "global_max_pool": ("globalmaxpooling", "gmp"),
    "group_norm": ("groupnormalization", "gn"),
    "identity": ("noop", "linearactivation", "gaussiannoise", "passthrough", "nop"),
    "instance_norm": ("instancenormalization", "in"),
    "layer_norm": ("layernormalization", "ln"),
    "linear": ("dense", "fc", "fullyconnected", "innerproduct", "gemm", "fullconnection", "densevariational", "mlp"),
    "local_response_norm": ("lrn", "localresponsenormalization", "crossmaplrn"),
    "locally_connected": ("locallyconnectedlayer", "unsharedconv"),
    "matmul": ("bmm", "mm", "dot", "batchmatmul", "batchdot"),
    "max_pool": ("maxpooling", "subsampling"),
    "adaptive_avg_pool": ("adaptiveaveragepooling", "adaptiveaveragepool", "adaptivepool", "adaptiveavgpooling"),
    "mean": ("reducemean", "average"),
    "multi_head_attention": ("attention", "selfattention", "mha", "multiheadselfattention", "multihead"),
    "multiply": ("mul", "times", "product", "elementwisemul"),
    "permute": ("movedim", "moveaxis", "rearrange"),
    "pixel_shuffle": ("depthtospace", "subpixel", "subpixelconv"),
    "pixel_unshuffle": ("spacetodepth", "reorg", "focus"),
    "pow": ("power", "square"),
    "reshape": ("view", "unflatten", "reshapelayer"),
    "sequence": ("sequential", "block", "modulelist", "model", "stage", "layers", "series"),
    "silu": ("swish",),
    "slice": ("narrow", "select", "stridedslice", "subset", "index"),
    "split": ("tensorsplit", "unstack", "unbind"),
    "subtract": ("sub", "minus"),
    "transpose": ("swapaxes", "t", "swapdims"),
    "upsample": ("interpolate", "resize", "upsampling", "interpolation", "upscale", "resizebilinear"),
}  # fmt: skip
"""What a verb is called elsewhere, as it sounds."""

ADVICE: Final = {
    "activation": "write the activation itself as a layer: - relu",
    "argmax": "there is none: what is done with the numbers that come out is not part of the network",
    "bidirectional": "write lstm or gru with {bidirectional: true}",
    "circularpad": "write pad: {padding: 1, mode: circular}",
    "constantpad": "write pad: {padding: 1, value: 0}",
    "depthwiseconv": "write conv: {out_channels: in_channels, groups: in_channels, kernel_size: 3}",
    "depthwiseconvolution": "write conv: {out_channels: in_channels, groups: in_channels, kernel_size: 3}",
    "dwconv": "write conv: {out_channels: in_channels, groups: in_channels, kernel_size: 3}",
    "geglu": "there is none; write split: {sections: 2}, then multiply of one half and the gelu of the other",
    "swiglu": "there is none; write split: {sections: 2}, then multiply of one half and the silu of the other",
    "input": "inputs stand in the key input at the top: input: [N, 3, H, W]",
    "inputlayer": "inputs stand in the key input at the top: input: [N, 3, H, W]",
    "lambda": "there is none: a spec has no code; write the operators that it applies",
    "loss": "there is none: a loss is not part of the network",
    "crossentropyloss": "there is none: a loss is not part of the network",
    "maxout": "there is none; write reshape and reduce over the parts",
    "normalize": "write batch_norm, layer_norm, or subtract and divide",
    "reflectionpad": "write pad: {padding: 1, mode: reflect}",
    "repeatvector": "write unsqueeze and expand; to repeat a layer, write repeat beside its verb",
    "replicationpad": "write pad: {padding: 1, mode: replicate}",
    "rescaling": "write multiply and add with numbers",
    "rmsnorm": "there is none; write it with pow, mean, add, sqrt, divide and scale",
    "separableconv": "write two layers: conv with groups: in_channels, and conv with kernel_size: 1",
    "separableconvolution": "write two layers: conv with groups: in_channels, and conv with kernel_size: 1",
    "se": "write global_avg_pool, conv, relu, conv, sigmoid, then multiply with from: [the input, prev]",
    "squeezeexcitation": "write global_avg_pool, conv, relu, conv, sigmoid, then multiply with from: [the input, prev]",
    "timedistributed": "there is none: linear works on the last axis of whatever comes in, and conv on each sample",
    "zeropad": "write pad: {padding: 1}",
    "zeropadding": "write pad: {padding: 1}",
}
"""What has no verb of its own, and what to write."""

RENAMED: Final = {
    "alpha": ("negative_slope", "alpha"),
    "axes": ("dims", "dim"),
    "axis": ("dim", "dims"),
    "ceil": ("ceil_mode",),
    "depthmultiplier": ("out_channels",),
    "dilationrate": ("dilation",),
    "dilations": ("dilation",),
    "drop": ("p",),
    "dropoutrate": ("p",),
    "dropprob": ("p",),
    "embeddim": ("embedding_dim",),
    "embeddingsize": ("embedding_dim",),
    "epsilon": ("eps",),
    "factor": ("scale_factor", "upscale_factor", "downscale_factor"),
    "features": ("out_features", "out_channels"),
    "filters": ("out_channels",),
    "group": ("groups",),
    "heads": ("num_heads",),
    "head": ("num_heads",),
    "hidden": ("hidden_size",),
    "hiddendim": ("hidden_size",),
    "inputdim": ("num_embeddings",),
    "interpolation": ("mode",),
    "k": ("kernel_size",),
    "keepdims": ("keepdim",),
    "kernel": ("kernel_size",),
    "kernelshape": ("kernel_size",),
    "ksize": ("kernel_size",),
    "layers": ("num_layers",),
    "nhead": ("num_heads",),
    "nheads": ("num_heads",),
    "nlayers": ("num_layers",),
    "numfilters": ("out_channels",),
    "numoutput": ("out_features", "out_channels"),
    "numoutputs": ("out_features", "out_channels"),
    "out": ("out_features", "out_channels"),
    "outdim": ("out_features", "out_channels"),
    "outchannel": ("out_channels",),
    "outplanes": ("out_channels",),
    "output": ("out_features", "out_channels", "output_size"),
    "outputchannels": ("out_channels",),
    "outputdim": ("embedding_dim", "out_features", "out_channels"),
    "outputs": ("out_features", "out_channels"),
    "pad": ("padding",),
    "pads": ("padding",),
    "perm": ("dims",),
    "poolsize": ("kernel_size",),
    "prob": ("p",),
    "r": ("upscale_factor", "downscale_factor"),
    "rate": ("p", "dilation"),
    "scale": ("scale_factor", "affine", "elementwise_affine"),
    "center": ("affine", "elementwise_affine"),
    "size": ("kernel_size", "output_size", "normalized_shape"),
    "slope": ("negative_slope",),
    "step": ("stride",),
    "strides": ("stride",),
    "targetshape": ("shape",),
    "units": ("out_features", "hidden_size"),
    "usebias": ("bias",),
    "biasattr": ("bias",),
    "vocabsize": ("num_embeddings",),
    "width": ("out_channels", "out_features"),
}
"""What an argument is called elsewhere, as it sounds: the first of these that the verb has."""

INFERRED: Final = frozenset(
    {
        *("inchannels", "infeatures", "inplanes", "inputchannels", "inputsize", "inputshape", "numfeatures"),
        *("numchannels", "embeddim", "kdim", "vdim", "numparameters", "channels", "inputdim", "cin", "dmodel"),
        *("normalizedshape", "in", "ninputplane"),
    }
)
"""The arguments that follow from what comes in, as they sound."""

ARGUMENTS: Final = {
    "activation": "an activation is a layer of its own behind it: - relu",
    "addbiaskv": "there is none of it",
    "batchfirst": "the batch is always first",
    "biasinitializer": "how weights begin is not part of the plan",
    "dataformat": "the order of axes is always (N, C, *spatial)",
    "device": "a plan runs nowhere",
    "dropout": "write dropout as a layer of its own",
    "groups": "it mixes no groups",
    "inplace": "what is done in place is found out, and told by report",
    "kernelinitializer": "how weights begin is not part of the plan",
    "kernelregularizer": "a penalty is part of training, not of the plan",
    "memoryformat": "the order of axes is always (N, C, *spatial)",
    "needweights": "the weights of attention are no output",
    "projsize": "there is none of it; write linear behind it",
    "recomputescalefactor": "the factor is taken as it is written",
    "requiresgrad": "trainable: false beside the verb freezes its weights",
    "returnindices": "where maxima were is no output; max_unpool finds it: from: [prev, what the max_pool reads]",
    "returnsequences": "all steps are given; the last one is slice: {dim: 1, start: -1}",
    "returnstate": "states are no output",
    "training": "figures are those of inference; memory for training is plan.memory.training()",
}
"""The arguments that nothing has, and why."""

MAIN: Final = {
    "conv": ("out_channels", "kernel_size", "stride", "padding"),
    "conv_transpose": ("out_channels", "kernel_size", "stride", "padding"),
    "leaky_relu": ("negative_slope",),
    "linear": ("out_features",),
    "max_pool": ("kernel_size",),
    "avg_pool": ("kernel_size",),
    "dropout": ("p",),
    "drop_path": ("p",),
    "embedding": ("num_embeddings", "embedding_dim"),
    "softmax": ("dim",),
    "concat": ("dim",),
    "upsample": ("scale_factor",),
}
"""The arguments that are written without their names elsewhere, in that order."""

TRUTHS: Final = {"yes": "true", "on": "true", "no": "false", "off": "false"}
"""What YAML 1.1 read as truth values."""

_RANK: Final = re.compile(r"[1-3]_?d(?![a-z])|(?<=[a-z])[1-3]d", re.IGNORECASE)


def sound(word: str) -> str:
    """A word without what is spelled in many ways: home, rank, capitals, lines between."""
    bare = re.sub(r"^(torch\.|nn\.|functional\.|F\.|tf\.|keras\.|layers\.)+", "", word)
    return re.sub(r"[^a-z0-9]", "", _RANK.sub("", bare).lower())


def verb(word: str, verbs: Iterable[str]) -> str:
    """What to write for a verb that there is not; "" where nothing is known of it."""
    heard, known = sound(word), list(verbs)
    alike = {sound(each): each for each in known}
    if heard in alike:
        return f"write {alike[heard]}"
    named = next((name for name, others in VERBS.items() if heard in others and name in known), "")
    return f"it is called {named} here" if named else ADVICE.get(heard, "")


def argument(key: str, known: Container[str]) -> str:
    """What to write for an argument that a verb has not; "" where nothing is known of it."""
    heard = sound(key)
    named = next((name for name in RENAMED.get(heard, ()) if name in known), "")
    if named:
        return f"it is called {named} here"
    if heard in INFERRED:
        return "it is inferred from what comes in: leave it out"
    return f"leave it out: {ARGUMENTS[heard]}" if heard in ARGUMENTS else ""


def example(word: str, value: str, known: Container[str]) -> str:
    """Arguments that were written without their names, with them: `{out_channels: 8, kernel_size: 3}`."""
    names = [name for name in MAIN.get(word, ()) if name in known]
    values = [part.strip() for part in value.strip("[]").split(",")]
    if not names or len(values) > len(names):
        return f"{{{names[0]}: {value}}}" if names else ""
    return f"{{{', '.join(f'{name}: {each}' for name, each in zip(names, values, strict=False))}}}"


def truth(name: str) -> str:
    """`false` for `no`, "" for what was never a truth value."""
    return TRUTHS.get(name.lower(), "")
