"""The training that train.py writes down: the recipe of the study's 30 epochs in PyTorch, one epoch at a time."""

import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "parity"))
import make_golden  # noqa: E402

# The gradient transform and optimizer of each method, as the parity tests name them.
RUNS = {"adamw": "adamw", "zscore": "zscore-adamw", "gan": "gan-adamw"}
LEARNING_RATE = make_golden.ADAMW[1]["lr"]
WARM_UP_EPOCHS = 2
BATCH = 256
EVALUATION_BATCH = 500


class Refused(Exception):
    """What the user can put right, in plain words."""


def learning_rate_at(epoch, epochs):
    """Of a whole epoch, counted from 0: linear warm-up, then half a cosine that is 0 right after the last epoch."""
    if epoch < WARM_UP_EPOCHS:
        return LEARNING_RATE * (epoch + 1) / WARM_UP_EPOCHS
    return LEARNING_RATE * (1 + math.cos(math.pi * ((epoch - WARM_UP_EPOCHS) / (epochs - WARM_UP_EPOCHS)))) / 2


def train_step(model, transform, optimizer, images, labels):
    """What one step tells: loss, share of right answers, global std of the gradient and of what AdamW got for it."""
    optimizer.zero_grad()
    logits = model(images)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    gradients = {name: p.grad for name, p in model.named_parameters()}
    updates = transform(gradients)
    for name, p in model.named_parameters():
        p.grad = updates[name]
    optimizer.step()
    hits = (logits.argmax(1) == labels).sum().item()
    stds = [make_golden.global_std(tensors) for tensors in (gradients, updates)]
    return [loss.item(), hits / len(labels), *stds]


@torch.no_grad()
def evaluate(model, images):
    """Mean cross-entropy and share of right answers, with the running statistics."""
    model.eval()
    loss, hits = 0.0, 0
    for chosen in torch.arange(len(images.labels)).split(EVALUATION_BATCH):
        inputs, labels = images.plain(chosen)
        logits = model(inputs)
        loss += F.cross_entropy(logits, labels).item() * len(labels)
        hits += (logits.argmax(1) == labels).sum().item()
    return loss / len(images.labels), hits / len(images.labels)


class Run:
    """A training: the network and all else that changes from step to step, and the rows of metrics.csv so far."""

    def __init__(self, optimizer, seed, epochs):
        self.epochs = epochs
        self.generator = torch.Generator().manual_seed(seed)
        network = make_golden.NETWORKS["resnet20"]
        self.model = network["build"]()
        network["initialise"](self.model, self.generator)
        self.model = self.model.to(memory_format=torch.channels_last)
        make_transform, make_optimizer, settings = make_golden.RUNS[RUNS[optimizer]]
        self.transform = make_transform()
        self.optimizer = make_optimizer(self.model.parameters(), foreach=False, **settings)
        self.rows = []

    def state(self):
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "transform": vars(self.transform),
            "generator": self.generator.get_state(),
            "rows": self.rows,
        }

    def restore(self, state):
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        vars(self.transform).update(state["transform"])
        self.generator.set_state(state["generator"])
        self.rows = state["rows"]

    def train_epoch(self, train, test):
        started = time.perf_counter()
        epoch, steps = len(self.rows), len(train.labels) // BATCH
        learning_rate = learning_rate_at(epoch, self.epochs)
        self.optimizer.param_groups[0]["lr"] = learning_rate
        self.model.train()
        order = torch.randperm(len(train.labels), generator=self.generator)
        told = []
        for step, chosen in enumerate(order[: steps * BATCH].split(BATCH), start=1):
            batch = train.augmented(chosen, self.generator)
            told.append(train_step(self.model, self.transform, self.optimizer, *batch))
            if not np.isfinite(told[-1]).all():
                raise Refused(f"epoch {epoch + 1}, step {step} of {steps}: loss or gradient is not finite, it diverged")
        trained = time.perf_counter()
        test_loss, test_accuracy = evaluate(self.model, test)
        ended = time.perf_counter()
        loss, accuracy, gradient_std, update_std = np.mean(told, axis=0).tolist()
        row = {"epoch": epoch + 1, "step": (epoch + 1) * steps, "learning_rate": learning_rate}
        row |= {"train_loss": loss, "train_accuracy": accuracy, "test_loss": test_loss, "test_accuracy": test_accuracy}
        row |= {"grad_global_std": gradient_std, "update_global_std": update_std}
        if isinstance(self.transform, make_golden.GradientAutoscaled):
            row["autoscale_alpha"] = np.mean(self.transform.alphas[-steps:]).item()
            row["autoscale_exponent"] = self.transform.exponent
        seconds = {"epoch_seconds": ended - started, "images_per_second": steps * BATCH / (trained - started)}
        seconds |= {"train_seconds": trained - started, "evaluation_seconds": ended - trained}
        self.rows.append(row | {name: round(value, 3) for name, value in seconds.items()})
