"""Vision Transformers for 32 × 32 images in PyTorch: patches of 4 × 4, pre-norm blocks.

`EncoderLayer`, PyTorch's own block, makes the golden files. `FusedLayer` and `ProductLayer` compute the same function of
the same parameters faster, for the benchmark; make_golden.py checks that they do.
"""

import math
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn

PATCH = 4
PATCHES = (32 // PATCH) ** 2


class EncoderLayer(nn.TransformerEncoderLayer):
    def __init__(self, width, heads):
        settings = {"dropout": 0, "activation": "gelu", "layer_norm_eps": 1e-6, "batch_first": True, "norm_first": True}
        super().__init__(width, heads, 4 * width, **settings)


class FusedLayer(EncoderLayer):
    """Spares the copies of nn.MultiheadAttention, which puts the tokens before the images."""

    def attention(self, q, k, v):
        return F.scaled_dot_product_attention(q, k, v)

    def forward(self, x):
        images, tokens, width = x.shape
        heads = self.self_attn.num_heads
        qkv = F.linear(self.norm1(x), self.self_attn.in_proj_weight, self.self_attn.in_proj_bias)
        q, k, v = qkv.view(images, tokens, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        mixed = self.attention(q, k, v).transpose(1, 2).reshape(images, tokens, width)
        x = x + self.self_attn.out_proj(mixed)
        return x + self.linear2(F.gelu(self.linear1(self.norm2(x))))


class ProductLayer(FusedLayer):
    """On a processor PyTorch's fused attention takes twice to four times as long for 65 tokens as what it fuses."""

    def attention(self, q, k, v):
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
        return scores.softmax(dim=-1) @ v


class VisionTransformer(nn.Module):
    def __init__(self, width, depth, heads, classes, pool="class", layer=EncoderLayer):
        super().__init__()
        self.patch = nn.Conv2d(3, width, PATCH, stride=PATCH)
        self.class_token = nn.Parameter(torch.zeros(width)) if pool == "class" else None
        tokens = PATCHES + (pool == "class")
        # Its outputs first, as in every other kernel of PyTorch; golden files have [tokens, width].
        self.position = nn.Parameter(torch.zeros(width, tokens))
        self.blocks = nn.Sequential(OrderedDict((f"block{i}", layer(width, heads)) for i in range(1, depth + 1)))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, classes)

    def forward(self, images):
        x = self.patch(images).flatten(2).transpose(1, 2)
        if self.class_token is not None:
            x = torch.cat([self.class_token.to(x.dtype).expand(len(x), 1, -1), x], dim=1)
        x = self.blocks(x + self.position.t())
        # Tokens are normalized one by one: where only the first is read, the others need not be.
        return self.head(self.norm(x).mean(dim=1) if self.class_token is None else self.norm(x[:, 0]))


def vit_tiny(classes, layer=EncoderLayer):
    return VisionTransformer(192, 12, 3, classes, layer=layer)


def vit_small(classes, layer=EncoderLayer):
    return VisionTransformer(384, 12, 6, classes, layer=layer)


def initialise_vit(model, generator):
    """Wide enough that attention prefers some tokens, and with nothing left at 0 or 1, where it could be forgotten."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            owner, _, leaf = name.rpartition(".")
            if isinstance(model.get_submodule(owner), nn.LayerNorm):
                parameter.normal_(1 if leaf == "weight" else 0, 0.1, generator=generator)
            elif name in ("class_token", "position"):
                parameter.normal_(0, 0.5, generator=generator)
            elif parameter.dim() == 1:
                parameter.normal_(0, 0.1, generator=generator)
            else:
                parameter.normal_(0, 1 / math.sqrt(parameter[0].numel()), generator=generator)


OWNERS = {
    "blocks.": "",
    "self_attn.in_proj_": "attention.qkv.",
    "self_attn.out_proj": "attention.out",
    "linear1": "mlp.in",
    "linear2": "mlp.out",
    "class_token": "class",
}


def vit_name(torch_name):
    """This project's name of a parameter, but for its last part."""
    for found, ours in OWNERS.items():
        torch_name = torch_name.replace(found, ours)
    return torch_name
