"""A contender: full training steps of the same networks in PyTorch, on the CPU or the device of --device.

Speaks the protocol of protocol.ts: says it is ready in a JSON line, then answers each line `steps N` with another.
The networks are those of the parity tests (test/parity/make_golden.py). Each step assembles a fresh batch of
cifar100-mini (random crop from 4 pixels of zero padding, flip, normalization), and runs forward pass,
cross-entropy, backward pass and AdamW. With --tuned it does what was found to be faster (docs/performance.md). Needs
torch and numpy.

    python pytorch.py --model resnet20 --batch-size 128 --mode eager --precision float32 --tuned
"""

import argparse
import contextlib
import json
import os
import re
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "parity"))
import make_golden  # noqa: E402
import vit  # noqa: E402

RECORD_BYTES = 2 + 3 * 32 * 32
PADDING = 4
MEAN = (0.5071, 0.4867, 0.4408)
STD = (0.2675, 0.2565, 0.2761)
VGG_WIDTHS = {
    "vgg11bn": [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512],
    "vgg13bn": [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512],
    "vgg16bn": [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512],
    "vgg19bn": [64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512, 512, 512, 512],
}


VITS = {"vit-tiny": vit.vit_tiny, "vit-small": vit.vit_small}


def build(name, tuned):
    generator = torch.Generator().manual_seed(42)
    if name in VITS:
        model = VITS[name](make_golden.CLASSES, vit.ProductLayer if tuned else vit.FusedLayer)
        vit.initialise_vit(model, generator)
    elif name.startswith("vgg"):
        model = make_golden.VggBn(VGG_WIDTHS[name])
        make_golden.initialise_vgg(model, generator)
    else:
        model = make_golden.ResNet((int(name.removeprefix("resnet")) - 2) // 6)
        make_golden.initialise_resnet(model, generator)
    return model.to(memory_format=torch.channels_last).train()


def multiply_by_onednn():
    """float32 matrix products by oneDNN, which PyTorch leaves to MKL: on AMD's processors less than half as fast.

    PyTorch offers it as products rounded to bfloat16 inside, for processors with AMX. Others compute in float32 as
    before; where there is AMX, nothing is changed, for it would no longer be float32.
    """
    if not torch.cpu.get_capabilities().get("amx_tile"):
        torch.set_float32_matmul_precision("medium")


class Images:
    """The images of a CIFAR-100 file, and batches of them; a batch is one gather over tensors, whatever its size."""

    def __init__(self, file, device):
        records = np.fromfile(file, dtype=np.uint8).reshape(-1, RECORD_BYTES)
        images = torch.from_numpy(records[:, 2:].reshape(-1, 3, 32, 32).copy()).permute(0, 2, 3, 1)
        # A black border before normalization, as torchvision's RandomCrop pads.
        self.padded = F.pad(images, (0, 0, PADDING, PADDING, PADDING, PADDING)).contiguous().to(device)
        self.labels = torch.from_numpy(records[:, 1].astype(np.int64)).to(device)
        self.device = device
        self.pixels = torch.arange(32, device=device)
        self.scale = (1 / (255 * torch.tensor(STD))).to(device)
        self.shift = (-torch.tensor(MEAN) / torch.tensor(STD)).to(device)

    def augmented(self, chosen, generator=None):
        """Images and labels of these numbers, each image cropped and flipped at random."""
        count = len(chosen)
        offsets = torch.randint(2 * PADDING + 1, (2, count, 1), device=self.device, generator=generator)
        is_flipped = torch.rand(count, 1, device=self.device, generator=generator) < 0.5
        columns = torch.where(is_flipped, 31 - self.pixels, self.pixels)
        return self.gather(chosen, offsets[0] + self.pixels, offsets[1] + columns)

    def plain(self, chosen):
        """Images and labels of these numbers."""
        pixels = (PADDING + self.pixels).expand(len(chosen), -1)
        return self.gather(chosen, pixels, pixels)

    def gather(self, chosen, rows, columns):
        images = self.padded[chosen[:, None, None], rows[:, :, None], columns[:, None, :]]
        normalized = torch.addcmul(self.shift, images.float(), self.scale)
        # [N, H, W, C] in memory is what PyTorch calls channels_last.
        return normalized.permute(0, 3, 1, 2), self.labels[chosen]


class Batches:
    """Random batches of cifar100-mini without an end."""

    def __init__(self, batch_size, device):
        self.images = Images(ROOT / "data" / "cifar100-mini" / "train.bin", device)
        self.batch_size = batch_size
        self.device = device
        self.order = torch.empty(0, dtype=torch.int64, device=device)

    def next(self):
        while len(self.order) < self.batch_size:
            self.order = torch.cat([self.order, torch.randperm(len(self.images.labels), device=self.device)])
        chosen, self.order = self.order[: self.batch_size], self.order[self.batch_size :]
        return self.images.augmented(chosen)


class Trainer:
    def __init__(self, options):
        self.device = options.device
        self.batches = Batches(options.batch_size, self.device)
        self.bfloat16 = options.precision == "bfloat16"
        model = build(options.model, options.tuned).to(self.device)
        how = {"fused": True} if options.tuned else {"foreach": True}
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=5e-5, **how)

        def loss_of(images, labels):
            return F.cross_entropy(model(images), labels)

        self.loss_of = torch.compile(loss_of) if options.mode == "compile" else loss_of

    def step(self):
        images, labels = self.batches.next()
        with torch.autocast(self.device, torch.bfloat16) if self.bfloat16 else contextlib.nullcontext():
            loss = self.loss_of(images, labels)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        if not np.isfinite(loss.item()):
            raise FloatingPointError("the loss is no longer finite")


def describe(device):
    return torch.cuda.get_device_name() if device == "cuda" else f"{torch.get_num_threads()} threads"


def say(message):
    print(json.dumps(message), flush=True)


def page_faults():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_minflt + usage.ru_majflt


def huge_page_bytes():
    """Anonymous memory in huge pages, where Linux tells."""
    try:
        with open("/proc/self/smaps_rollup") as rollup:
            kilobytes = re.search(r"^AnonHugePages:\s*(\d+) kB$", rollup.read(), re.MULTILINE)
    except OSError:
        return None
    return kilobytes and 1024 * int(kilobytes[1])


def answer(trainer, steps):
    cpu_before = 1000 * time.process_time()
    faults_before = page_faults()
    milliseconds = []
    for _ in range(steps):
        started = time.perf_counter()
        trainer.step()
        milliseconds.append(1000 * (time.perf_counter() - started))
    say(
        {
            "milliseconds": milliseconds,
            "cpuBefore": cpu_before,
            "cpuAfter": 1000 * time.process_time(),
            "peakRssBytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            "pageFaults": page_faults() - faults_before,
            "hugePageBytes": huge_page_bytes(),
        }
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--mode", choices=["eager", "compile"], required=True)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], required=True)
    parser.add_argument("--tuned", action="store_true")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    if options.tuned and options.device == "cpu":
        multiply_by_onednn()
    trainer = Trainer(options)
    say({"ready": f"PyTorch {torch.__version__}, {describe(options.device)}"})
    for line in sys.stdin:
        command, count = line.split()
        assert command == "steps"
        answer(trainer, int(count))


if __name__ == "__main__":
    main()
