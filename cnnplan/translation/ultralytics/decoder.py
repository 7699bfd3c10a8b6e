"""The decoder of RT-DETR, written out: positions of all maps, the best of them as queries, layers that refine them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnplan.translation.ultralytics.head import Head

__all__ = ["decoder"]


def decoder(head: Head, args: dict[str, Any]) -> tuple[str, ...]:
    """Append the decoder; the outputs are its boxes and scores.

    Which queries are chosen depends on values: here they are the first. Where deformable attention looks does too:
    its projections and weights are counted, the samples themselves stand in one row per query.
    """
    width, queries, classes = args["hidden"], args["queries"], head.classes
    flat = []
    for i, layer in enumerate(head.maps):
        head.add("conv", {"out_channels": width, "kernel_size": 1, "bias": False}, f"input_proj_{i}_0", layer.name)
        head.add("batch_norm", None, f"input_proj_{i}_1")
        flat.append(head.add("flatten", {"start_dim": 2}, f"flat_{i}"))
    head.add("concat", {"dim": 2}, "positions", flat)
    feats = head.add("permute", {"dims": [0, 2, 1]}, "feats")
    head.unreached("denoising_class_embed", f"{width} * {classes}")
    head.add("linear", {"out_features": width}, "enc_output_0", feats)
    head.add("layer_norm", {"normalized_shape": width}, "enc_output_1")
    scores = head.add("linear", {"out_features": classes}, "enc_score_head")
    head.add("slice", {"dim": 1, "end": queries}, "enc_scores", scores)
    head.outputs.append("enc_scores")
    embed = head.add("slice", {"dim": 1, "end": queries}, "queries", "enc_output_1")
    head.add("_Perceptron", {"hidden": width, "out_features": 4}, "enc_bbox_head", embed)
    boxes = head.add("sigmoid", None, "enc_boxes")
    for i in range(args["depth"]):
        position = head.add("_Encoder", {"hidden": 2 * width, "out_features": width}, f"query_pos_{i}", boxes)
        if i:
            head.entries[-1]["share"] = "query_pos_0"
        layer_args = {
            "num_heads": args["num_heads"],
            "middle": args["middle"],
            "levels": len(head.maps),
            "points": args["points"],
        }
        step = head.add("_DecoderLayer", layer_args, f"decoder_{i}", [embed, position, feats])
        embed = f"{step}.norm3"
        head.outputs += [f"{step}.sampling_offsets", f"{step}.weights"]
        head.add("_Perceptron", {"hidden": width, "out_features": 4}, f"dec_bbox_head_{i}", embed)
        boxes = head.add("sigmoid", None, f"boxes_{i}")
    for i in range(args["depth"] - 1):
        head.unreached(f"dec_score_head_{i}", f"({width} + 1) * {classes}")
    head.add("linear", {"out_features": classes}, f"dec_score_head_{args['depth'] - 1}", embed)
    sure = head.add("sigmoid", None, "sure")
    return (head.add("concat", {"dim": 2}, "predictions", [boxes, sure]),)
