"""Make the golden files that the parity tests compare this project with: a PyTorch reference, on the CPU.

The networks `resnet20` (CIFAR form, option-A shortcuts), `vggtiny` (VGG-BN of widths 8, 16, 16), `vitclass` and
`vitmean` (Vision Transformers of width 32), each in `golden/<net>.safetensors` (one batch: logits, losses, gradients)
and `golden/<net>-<run>.safetensors` (five optimizer steps on that batch); `vit-tiny`, whose parameters a formula gives,
in one file of fingerprints. README.md beside this file names every tensor. Everything is also computed in
float64, and how far float32 is from it is printed, in Markdown. With --bfloat16 no file is written: what is printed is
how far PyTorch's autocast to bfloat16 is from float32.

Needs torch 2.13.0 and numpy. Usage: python make_golden.py [output folder | --bfloat16]
"""

import json
import math
import re
import struct
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import vit

CLASSES = 100
BATCH = 8
STEPS = 5
ZSCORE_EPSILON = 1e-8
CLIP_NORM = 1.0
MAX_SHIFT = 0.1
MIN_MARGIN = 5e-4
IMAGES_STREAM, SIGNS_STREAM = 1000, 2000
FINGERPRINT_LABELS = [7, 38]
SEEDS = {"resnet20": 42, "vggtiny": 52, "vitclass": 62, "vitmean": 72}


# ---------------------------------------------------------------------------------------------------- networks


def conv3x3(inputs, outputs, stride=1, bias=False):
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=bias)


class Stem(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.conv = conv3x3(3, outputs)
        self.norm = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.norm(self.conv(x)))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = conv3x3(inputs, outputs, stride)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU()
        self.conv2 = conv3x3(outputs, outputs)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.relu2 = nn.ReLU()
        self.stride = stride
        self.padding = (outputs - inputs) // 2

    def shortcut(self, x):
        """Option A of He et al. 2015: every second pixel, and zero channels on either side."""
        if self.stride == 1:
            return x
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.padding, self.padding))

    def forward(self, x):
        y = self.relu1(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        return self.relu2(y + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, blocks_per_stage):
        super().__init__()
        self.stem = Stem(16)
        inputs = 16
        for stage, width in enumerate((16, 32, 64), start=1):
            blocks = OrderedDict()
            for block in range(1, blocks_per_stage + 1):
                stride = 2 if stage > 1 and block == 1 else 1
                blocks[f"block{block}"] = BasicBlock(inputs, width, stride)
                inputs = width
            self.add_module(f"stage{stage}", nn.Sequential(blocks))
        self.head = nn.Linear(inputs, CLASSES)

    def forward(self, x):
        x = self.stage3(self.stage2(self.stage1(self.stem(x))))
        return self.head(x.mean(dim=(2, 3)))


class VggBn(nn.Module):
    def __init__(self, widths):
        super().__init__()
        layers = OrderedDict()
        inputs, conv, pool = 3, 0, 0
        for width in widths:
            if width == "M":
                pool += 1
                layers[f"pool{pool}"] = nn.MaxPool2d(2)
                continue
            conv += 1
            layers[f"conv{conv}"] = conv3x3(inputs, width, bias=True)
            layers[f"norm{conv}"] = nn.BatchNorm2d(width)
            layers[f"relu{conv}"] = nn.ReLU()
            inputs = width
        self.features = nn.Sequential(layers)
        self.head = nn.Linear(inputs, CLASSES)

    def forward(self, x):
        return self.head(self.features(x).mean(dim=(2, 3)))


def initialise_resnet(model, generator):
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu", generator=generator)
        bound = 1 / math.sqrt(model.head.in_features)
        model.head.bias.uniform_(-bound, bound, generator=generator)


def initialise_vgg(model, generator):
    """Biases start at 0 in the recipe; here they are perturbed, so that a forgotten bias cannot pass."""
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu", generator=generator)
                module.bias.normal_(0, 0.1, generator=generator)
        model.head.weight.normal_(0, 0.01, generator=generator)
        model.head.bias.normal_(0, 0.1, generator=generator)


def perturb_batch_norms(model, generator):
    """Scale 1 and offset 0 would hide a missing or swapped scale and offset."""
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.weight.normal_(1, 0.1, generator=generator)
                module.bias.normal_(0, 0.1, generator=generator)


def move_zeros_away(model, images):
    """Shift each channel's batch norm offset by at most MAX_SHIFT, to the middle of the widest gap between the values
    that the channel's ReLU receives.

    A value within rounding of 0 gets gradient 0 from one correct float32 implementation and 1 from another, which
    moves single gradients by up to a tenth. With every value clear of 0, all of them compute the same function.
    Returns the smallest distance from 0 that is left; infinity without a ReLU.
    """
    margins = []

    def shift(norm):
        def before_relu(_, arguments):
            x = arguments[0]
            shifts = []
            for channel in x.transpose(0, 1).flatten(1):
                values = channel.sort().values
                middles = (values[1:] + values[:-1]) / 2
                gaps = torch.where(middles.abs() <= MAX_SHIFT, values[1:] - values[:-1], 0)
                shifts.append(-middles[gaps.argmax()])
                margins.append(gaps.max().item() / 2)
            shifts = torch.stack(shifts)
            norm.bias += shifts
            return (x + shifts[:, None, None],)

        return before_relu

    model.double().train()
    relus = [(name, module) for name, module in model.named_modules() if isinstance(module, nn.ReLU)]
    hooks = []
    for name, relu in relus:
        norm = model.get_submodule(name.replace("relu", "norm"))
        hooks.append(relu.register_forward_pre_hook(shift(norm)))
    with torch.no_grad():
        model(images.double())
    for hook in hooks:
        hook.remove()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
    model.float()
    return min(margins, default=math.inf)


VIT_FINAL = [
    "patch.kernel",
    "position",
    "block2.attention.qkv.kernel",
    "block2.norm2.scale",
    "norm.offset",
    "head.bias",
]

NETWORKS = {
    "resnet20": {
        "build": lambda: ResNet(3),
        "initialise": initialise_resnet,
        "parameters": 275_572,
        "eligible": 20,
        "final": [
            "stem.conv.kernel",
            "stage3.block1.conv1.kernel",
            "stage3.block3.norm2.scale",
            "stage3.block3.norm2.offset",
            "head.kernel",
            "head.bias",
        ],
    },
    "vggtiny": {
        "build": lambda: VggBn([8, "M", 16, "M", 16, "M"]),
        "initialise": initialise_vgg,
        "parameters": 5_492,
        "eligible": 4,
        "final": [
            "features.conv1.kernel",
            "features.conv3.kernel",
            "features.norm3.scale",
            "features.norm3.offset",
            "head.kernel",
            "head.bias",
        ],
    },
    "vitclass": {
        "build": lambda: vit.VisionTransformer(32, 2, 2, CLASSES),
        "initialise": vit.initialise_vit,
        "parameters": 32_452,
        "eligible": 11,
        "final": ["class", *VIT_FINAL],
    },
    "vitmean": {
        "build": lambda: vit.VisionTransformer(32, 2, 2, CLASSES, pool="mean"),
        "initialise": vit.initialise_vit,
        "parameters": 32_388,
        "eligible": 11,
        "final": VIT_FINAL,
    },
}


# ------------------------------------------------------------------------------------------ names and layouts


def golden_name(model, torch_name):
    owner, _, leaf = torch_name.rpartition(".")
    if isinstance(model.get_submodule(owner), (nn.BatchNorm2d, nn.LayerNorm)):
        leaves = {"weight": "scale", "bias": "offset", "running_mean": "mean", "running_var": "variance"}
    else:
        leaves = {"weight": "kernel"}
    ours = vit.vit_name(torch_name) if isinstance(model, vit.VisionTransformer) else torch_name
    return re.sub(r"\w+$", lambda last: leaves.get(last[0], last[0]), ours)


def golden_layout(tensor):
    """OIHW to HWIO for convolutions, [out, in] to [in, out] for dense kernels."""
    tensor = tensor.detach()
    if tensor.dim() == 4:
        return tensor.permute(2, 3, 1, 0).contiguous().clone()
    return tensor.t().contiguous().clone() if tensor.dim() == 2 else tensor.clone()


def parameters_of(model):
    return OrderedDict((golden_name(model, name), p) for name, p in model.named_parameters())


def statistics_of(model):
    return OrderedDict(
        (golden_name(model, name), b) for name, b in model.named_buffers() if not name.endswith("num_batches_tracked")
    )


def write_safetensors(path, tensors):
    header, chunks, offset = {}, [], 0
    for name, tensor in tensors.items():
        array = tensor.detach().numpy() if isinstance(tensor, torch.Tensor) else np.asarray(tensor)
        dtype, stored = ("I32", "<i4") if array.dtype.kind == "i" else ("F32", "<f4")
        data = array.astype(stored).tobytes(order="C")
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [offset, offset + len(data)]}
        chunks.append(data)
        offset += len(data)
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    path.write_bytes(struct.pack("<Q", len(encoded)) + encoded + b"".join(chunks))


# --------------------------------------------------------------------------------------- gradient transforms
# A transform maps {name: gradient} to {name: update}. Eligible tensors are those of rank 2 and more. Statistics are
# reduced in float64 whatever the type of the gradients, so that they add no rounding of their own.


def is_eligible(tensor):
    return tensor.dim() >= 2


def centred(tensor):
    return tensor - tensor.double().mean().to(tensor.dtype)


def global_std(tensors):
    """Population standard deviation over the concatenation of the eligible tensors."""
    values = torch.cat([t.double().flatten() for t in tensors.values() if is_eligible(t)])
    return values.std(correction=0).item()


class Identity:
    def __call__(self, gradients):
        return dict(gradients)


class ZScore:
    """(g - mean(g)) / (std(g) + epsilon), for each eligible tensor."""

    def __call__(self, gradients):
        updates = dict(gradients)
        for name, g in gradients.items():
            if is_eligible(g):
                std = g.double().std(correction=0)
                updates[name] = ((g.double() - g.double().mean()) / (std + ZSCORE_EPSILON)).to(g.dtype)
        return updates


class Centralize:
    """g minus its mean over every axis but that of the outputs, which PyTorch puts first."""

    def __call__(self, gradients):
        return {
            name: g - g.mean(dim=tuple(range(1, g.dim())), keepdim=True) if is_eligible(g) else g
            for name, g in gradients.items()
        }


class ClipByGlobalNorm:
    """g * min(1, c / norm), the norm being over all tensors, eligible or not."""

    def __init__(self):
        self.norms = []

    def __call__(self, gradients):
        norm = math.sqrt(sum(g.double().square().sum().item() for g in gradients.values()))
        self.norms.append(norm)
        factor = min(1.0, CLIP_NORM / norm) if norm > 0 else 1.0
        return {name: g * factor for name, g in gradients.items()}


class GradientAutoscaled:
    """alpha_t * (g - mean(g)): s(x) = x / (1 + x), p = 1 / (1 - ln s(sigma_1)), alpha_t = s(sigma_t) ** p."""

    def __init__(self):
        self.alphas = []
        self.exponent = None

    def multiplier(self, sigma):
        squashed = sigma / (1 + sigma)
        if self.exponent is None:
            self.exponent = 1 / (1 - math.log(squashed))
        alpha = squashed**self.exponent
        self.alphas.append(alpha)
        return alpha

    def __call__(self, gradients):
        updates = {name: centred(g) if is_eligible(g) else g for name, g in gradients.items()}
        alpha = self.multiplier(global_std(updates))
        return {name: u * alpha if is_eligible(u) else u for name, u in updates.items()}


# ---------------------------------------------------------------------------------------------- optimizer runs


# A run is a gradient transform, PyTorch's optimizer and that optimizer's settings.

ADAMW = (torch.optim.AdamW, {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 5e-5})
GENTLE_ADAMW = (torch.optim.AdamW, {**ADAMW[1], "lr": 1e-4})
DECAYING_ADAMW = (torch.optim.AdamW, {**ADAMW[1], "weight_decay": 0.5})
ADAM = (torch.optim.Adam, {**ADAMW[1], "weight_decay": 1e-2})
SGD = (torch.optim.SGD, {"lr": 1e-2, "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4})

RUNS = {
    "adamw": (Identity, *ADAMW),
    "zscore-adamw": (ZScore, *ADAMW),
    "gan-adamw": (GradientAutoscaled, *ADAMW),
    "centralize-adamw": (Centralize, *ADAMW),
    "clip-adamw": (ClipByGlobalNorm, *ADAMW),
    "gan-sgd": (GradientAutoscaled, *SGD),
    "none-adam": (Identity, *ADAM),
    "adamw-decay": (Identity, *DECAYING_ADAMW),
    "adamw-gentle": (Identity, *GENTLE_ADAMW),
    "zscore-adamw-gentle": (ZScore, *GENTLE_ADAMW),
    "gan-adamw-gentle": (GradientAutoscaled, *GENTLE_ADAMW),
}


def prepare(network, dtype):
    """The network at its starting point and its batch; float64 starts from the same float32 values."""
    generator = torch.Generator().manual_seed(SEEDS[network])
    model = NETWORKS[network]["build"]()
    NETWORKS[network]["initialise"](model, generator)
    perturb_batch_norms(model, generator)
    images = torch.randn(BATCH, 3, 32, 32, generator=generator)
    labels = torch.randint(CLASSES, (BATCH,), generator=generator)
    assert sum(p.numel() for p in model.parameters()) == NETWORKS[network]["parameters"]
    assert sum(is_eligible(p) for p in model.parameters()) == NETWORKS[network]["eligible"]
    assert move_zeros_away(model, images) > MIN_MARGIN
    return model.to(dtype), images.to(dtype), labels


def autocast(mixed):
    """Around each forward pass alone: while it lasts it keeps the weights that it has rounded."""
    return torch.autocast("cpu", torch.bfloat16, enabled=mixed)


def one_batch(network, dtype, mixed=False):
    model, images, labels = prepare(network, dtype)
    golden = OrderedDict()
    for name, parameter in parameters_of(model).items():
        golden[f"parameters/{name}"] = golden_layout(parameter)
    model.train()
    with autocast(mixed):
        logits = model(images)
        loss = F.cross_entropy(logits, labels)
        smoothed = F.cross_entropy(logits, labels, label_smoothing=0.1)
    loss.backward()
    for name, parameter in parameters_of(model).items():
        golden[f"gradients/{name}"] = golden_layout(parameter.grad)
    for name, buffer in statistics_of(model).items():
        golden[f"buffers/{name}"] = buffer.clone()
    model.eval()
    with torch.no_grad():
        eval_logits = model(images)
    golden["images"] = images.permute(0, 2, 3, 1).contiguous()
    golden["labels"] = labels
    golden["logits"] = logits.detach()
    golden["evalLogits"] = eval_logits
    golden["loss"] = loss.detach()
    golden["lossSmoothed"] = smoothed.detach()
    return golden


def five_steps(network, run, dtype, mixed=False):
    make_transform, make_optimizer, settings = RUNS[run]
    model, images, labels = prepare(network, dtype)
    model.train()
    transform, optimizer = make_transform(), make_optimizer(model.parameters(), foreach=False, **settings)
    losses, gradient_stds, update_stds = [], [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        with autocast(mixed):
            loss = F.cross_entropy(model(images), labels)
        loss.backward()
        gradients = {name: p.grad for name, p in model.named_parameters()}
        updates = transform(gradients)
        for name, p in model.named_parameters():
            p.grad = updates[name]
        losses.append(loss.item())
        gradient_stds.append(global_std(gradients))
        update_stds.append(global_std(updates))
        optimizer.step()
    golden = OrderedDict(losses=np.array(losses))
    if isinstance(transform, GradientAutoscaled):
        golden["alphas"] = np.array(transform.alphas)
        golden["exponent"] = np.array(transform.exponent)
    if isinstance(transform, ClipByGlobalNorm):
        golden["gradGlobalNorm"] = np.array(transform.norms)
    golden["gradGlobalStd"] = np.array(gradient_stds)
    golden["updateGlobalStd"] = np.array(update_stds)
    parameters = parameters_of(model)
    for name in NETWORKS[network]["final"]:
        golden[f"final/{name}"] = golden_layout(parameters[name])
    return golden


# ------------------------------------------------------------------------ a large network, without its parameters


def formula(stream, shape):
    """Values in [-1, 1) that any language gives: a hash of the index in 32-bit integers."""
    x = np.arange(math.prod(shape), dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(stream * 0x85EBCA77 % 2**32)
    for shift, factor in ((15, 0x2C1B3C6D), (12, 0x297A2D39)):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    return ((x ^ (x >> np.uint32(15))) / 2**31 - 1).reshape(shape)


def formula_parameter(stream, name, shape):
    """A parameter in this project's layout: as wide as `initialise_vit` has it."""
    values = formula(stream, shape)
    if name.endswith(".kernel"):
        values = math.sqrt(3 / math.prod(shape[:-1])) * values
    elif name.endswith((".scale", ".offset", ".bias")):
        values = name.endswith(".scale") + 0.2 * values
    return torch.from_numpy(values.astype(np.float32))


def torch_layout(tensor):
    """What `golden_layout` takes back."""
    if tensor.dim() == 4:
        return tensor.permute(3, 2, 0, 1)
    return tensor.t() if tensor.dim() == 2 else tensor


def fingerprints(dtype):
    """vit-tiny on two images: of each gradient its norm, and its product with the signs of a formula."""
    model = vit.vit_tiny(CLASSES)
    parameters = parameters_of(model)
    order = sorted(parameters)
    for stream, name in enumerate(order):
        shape = golden_layout(parameters[name]).shape
        parameters[name].data = torch_layout(formula_parameter(stream, name, shape)).contiguous()
    model.to(dtype)
    images = torch.from_numpy(formula(IMAGES_STREAM, (2, 32, 32, 3)).astype(np.float32)).permute(0, 3, 1, 2).to(dtype)
    logits = model(images)
    labels = torch.tensor(FINGERPRINT_LABELS)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    golden = OrderedDict(logits=logits.detach(), loss=loss.detach())
    golden["lossSmoothed"] = F.cross_entropy(logits, labels, label_smoothing=0.1).detach()
    for stream, name in enumerate(order):
        gradient = golden_layout(parameters_of(model)[name].grad).double().numpy()
        signs = np.sign(formula(SIGNS_STREAM + stream, gradient.shape))
        golden[f"gradients/{name}"] = np.array([np.linalg.norm(gradient), (gradient * signs).sum()])
    return golden


def report_fingerprints(single, double):
    """A product may be small, so it is measured against the norm, as the tests do."""
    print(f"\n### vit-tiny: two images, loss {single['loss'].item():.6f}\n\n| tensor | deviation |\n| --- | --- |")
    for key in ("loss", "lossSmoothed"):
        print(f"| `{key}` | {elementwise(single[key], double[key]):.1e} |")
    print(f"| `logits` | {relative_to_largest(single['logits'], double['logits']):.1e} |")
    names = [k for k in single if k.startswith("gradients/")]
    for index, what in enumerate(("norm", "product")):
        far = {k: abs(single[k][index] - double[k][index]) / double[k][0] for k in names}
        worst = max(far, key=far.get)
        print(f"| `gradients/*`, {what}, worst of {len(far)} (`{worst.removeprefix('gradients/')}`) | {far[worst]:.1e} |")


def check_faster_layers():
    """The benchmark's layers compute what PyTorch's does."""
    images = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    for pool in ("class", "mean"):
        models = [
            vit.VisionTransformer(32, 2, 2, CLASSES, pool, layer).double()
            for layer in (vit.EncoderLayer, vit.FusedLayer, vit.ProductLayer)
        ]
        vit.initialise_vit(models[0], torch.Generator().manual_seed(2))
        gradients = []
        for model in models:
            model.load_state_dict(models[0].state_dict())
            F.cross_entropy(model(images.double()), torch.arange(4)).backward()
            gradients.append([p.grad for p in model.parameters()])
        for faster in gradients[1:]:
            torch.testing.assert_close(faster, gradients[0], rtol=1e-9, atol=1e-12)


# --------------------------------------------------------------------------------------- float32 against float64


def as_float64(tensor):
    return np.asarray(tensor.double() if isinstance(tensor, torch.Tensor) else tensor, dtype=np.float64)


def relative_to_largest(single, double):
    """max |a - b| / max |b| over one tensor."""
    a, b = as_float64(single), as_float64(double)
    return np.abs(a - b).max() / np.abs(b).max()


def relative_to_movement(single, double, initial):
    """|a - b| / |b - start|, Euclidean norms over one tensor: 1 would be as wrong as not having moved."""
    a, b, start = as_float64(single), as_float64(double), as_float64(initial)
    return np.linalg.norm(a - b) / np.linalg.norm(b - start)


def elementwise(single, double):
    a, b = as_float64(single), as_float64(double)
    return (np.abs(a - b) / np.abs(b)).max()


def is_noise(name):
    """Batch norm removes a preceding bias, so the gradient of that bias is 0 but for rounding."""
    return name.startswith("gradients/features.") and name.endswith(".bias")


def report_batch(network, single, double):
    gradients = [k for k in single if k.startswith("gradients/") and not is_noise(k)]
    real = {k: relative_to_largest(single[k], double[k]) for k in gradients}
    worst = max(real, key=real.get)
    noise = [k for k in single if is_noise(k)]
    rows = [("`" + key + "`", elementwise(single[key], double[key])) for key in ("loss", "lossSmoothed")]
    rows += [("`" + key + "`", relative_to_largest(single[key], double[key])) for key in ("logits", "evalLogits")]
    buffers = [k for k in single if k.startswith("buffers/")]
    if buffers:
        rows.append(("`buffers/*`", max(relative_to_largest(single[k], double[k]) for k in buffers)))
    rows.append((f"`gradients/*`, worst of {len(real)} (`{worst.removeprefix('gradients/')}`)", real[worst]))
    print(f"\n### {network}: one batch, loss {single['loss'].item():.6f}\n\n| tensor | deviation |\n| --- | --- |")
    for label, value in rows:
        print(f"| {label} | {value:.1e} |")
    if noise:
        size = max(np.abs(as_float64(single[k])).max() for k in noise)
        print(f"| `gradients/features.conv*.bias`, largest entry (exactly 0 in theory) | {size:.1e} absolute |")


def report_runs(network, runs, batch):
    print(f"\n### {network}: five steps\n")
    columns = ["run", "loss", "step 2", "step 3", "step 4", "step 5"]
    columns += ["`alphas`", "`gradGlobalStd`", "`updateGlobalStd`", "`final/*`"]
    print("| " + " | ".join(columns) + " |\n" + "| --- " * len(columns) + "|")
    for run, (single, double) in runs.items():
        losses = np.abs(single["losses"] - double["losses"]) / double["losses"]
        cells = [f"`{run}`", f"{single['losses'][0]:.4f} → {single['losses'][-1]:.4f}"]
        cells += [f"{value:.0e}" for value in losses[1:]]
        cells.append(f"{elementwise(single['alphas'], double['alphas']):.0e}" if "alphas" in single else "")
        cells += [f"{elementwise(single[key], double[key]):.0e}" for key in ("gradGlobalStd", "updateGlobalStd")]
        final = [key for key in single if key.startswith("final/")]
        start = {key: batch[key.replace("final/", "parameters/")] for key in final}
        cells.append(f"{max(relative_to_movement(single[k], double[k], start[k]) for k in final):.0e}")
        print("| " + " | ".join(cells) + " |")


# -------------------------------------------------------------------------------------- bfloat16 against float32


def apart(actual, expected):
    """|a - b| / |b|, Euclidean norms over one tensor."""
    a, b = as_float64(actual), as_float64(expected)
    return np.linalg.norm(a - b) / np.linalg.norm(b)


def joined(golden):
    return np.concatenate([as_float64(v).ravel() for k, v in golden.items() if k.startswith("gradients/")])


def batch_in_bfloat16(network, single):
    """PyTorch's own mixed precision on the batch, evaluation with float32's running statistics."""
    golden = one_batch(network, torch.float32, mixed=True)
    model, images, _ = prepare(network, torch.float32)
    for name, buffer in statistics_of(model).items():
        buffer.copy_(single[f"buffers/{name}"])
    model.eval()
    with torch.no_grad(), autocast(True):
        golden["evalLogits"] = model(images)
    return golden


def report_bfloat16(network):
    single = one_batch(network, torch.float32)
    half = batch_in_bfloat16(network, single)
    print(f"\n### {network}: one batch in bfloat16\n\n| tensor | autocast |\n| --- | --- |")
    for key in ("loss", "lossSmoothed", "logits", "evalLogits"):
        print(f"| `{key}` | {apart(half[key], single[key]):.1e} |")
    for group in ("buffers", "gradients"):
        found = {k: apart(half[k], single[k]) for k in single if k.startswith(f"{group}/") and not is_noise(k)}
        worst = max(found, key=found.get)
        print(f"| `{group}/*`, median of {len(found)} | {np.median(list(found.values())):.1e} |")
        print(f"| `{group}/*`, worst (`{worst}`) | {found[worst]:.1e} |")
    heads = [k for k in single if k.startswith("gradients/head.")]
    print(f"| `gradients/head.*`, worst | {max(apart(half[k], single[k]) for k in heads):.1e} |")
    a, b = joined(half), joined(single)
    print(f"| all gradients together | {apart(a, b):.1e} |")
    print(f"| their cosine | {a @ b / np.linalg.norm(a) / np.linalg.norm(b):.4f} |")
    runs = {run: [five_steps(network, run, torch.float32, mixed) for mixed in (True, False)] for run in RUNS}
    report_runs(network, runs, single)


def check_worked_value():
    transform = GradientAutoscaled()
    alpha = transform.multiplier(3.3e-3)
    assert abs(transform.exponent - 0.14887) < 5e-6 and abs(alpha - 0.42693) < 5e-6


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    check_worked_value()
    if sys.argv[1:] == ["--bfloat16"]:
        print(f"torch {torch.__version__}: bfloat16 against float32")
        report_bfloat16("resnet20")
        return
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "golden"
    folder.mkdir(parents=True, exist_ok=True)
    print(f"torch {torch.__version__}, numpy {np.__version__}: float32 against float64")
    for network in NETWORKS:
        single = one_batch(network, torch.float32)
        write_safetensors(folder / f"{network}.safetensors", single)
        report_batch(network, single, one_batch(network, torch.float64))
        runs = {run: [five_steps(network, run, dtype) for dtype in (torch.float32, torch.float64)] for run in RUNS}
        for run, (golden, _) in runs.items():
            write_safetensors(folder / f"{network}-{run}.safetensors", golden)
        report_runs(network, runs, single)
    check_faster_layers()
    single = fingerprints(torch.float32)
    write_safetensors(folder / "vit-tiny.safetensors", single)
    report_fingerprints(single, fingerprints(torch.float64))


if __name__ == "__main__":
    main()
