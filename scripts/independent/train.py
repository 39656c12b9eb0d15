"""The recipe of configs/sweeps/study/resnet20-30-epochs-float32.yaml in PyTorch: none of the project's engines is used.

The network, the gradient transforms and AdamW's settings are those of test/parity/make_golden.py, the crop and the flip
those of scripts/bench-peers/pytorch.py. README.md beside this file says how to read what it writes next to the runs of
the project itself. Needs Linux, torch 2.13.0 and numpy.

    python train.py --data data --optimizer gan --seed 1 --out results/reference/study/independent/gan-seed-1
"""

import argparse
import contextlib
import csv
import fcntl
import hashlib
import io
import json
import os
import platform
import sys
from pathlib import Path

# Before PyTorch is loaded. Its threads would else spin while they wait for each other, which on a machine that does
# other work too made a step take three times the processor time.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
import numpy as np  # noqa: E402
import torch  # noqa: E402

from training import ROOT, RUNS, Refused, Run  # noqa: E402

sys.path[:0] = [str(ROOT / "test" / "parity"), str(ROOT / "scripts" / "bench-peers")]
from make_golden import CLASSES  # noqa: E402
from pytorch import RECORD_BYTES, Images  # noqa: E402

IMAGES = {"train.bin": 50_000, "test.bin": 10_000}
# As the project's own metrics.csv has them, where there is such a thing here.
COLUMNS = [
    *("epoch", "step", "learning_rate", "train_loss", "train_accuracy", "test_loss", "test_accuracy"),
    *("grad_global_std", "update_global_std", "autoscale_alpha", "autoscale_exponent"),
    *("epoch_seconds", "images_per_second", "train_seconds", "evaluation_seconds"),
]


# ---------------------------------------------------------------------------------------------------------- files


def read_images(folder):
    """The images of train.bin and test.bin, and the files' SHA-256."""
    images, checksums = [], {}
    for name, count in IMAGES.items():
        file = folder / "cifar-100-binary" / name
        if not file.is_file():
            raise Refused(f"{file} is not there. Name the folder that holds cifar-100-binary/{name} with --data.")
        expected, found = count * RECORD_BYTES, file.stat().st_size
        if found != expected:
            raise Refused(f"{file} has {found:,} bytes, not {expected:,}: it is not CIFAR-100's. Fetch it anew.")
        checksums[name] = hashlib.sha256(file.read_bytes()).hexdigest()
        images.append(Images(file, "cpu"))
        largest = images[-1].labels.max().item()
        if largest >= CLASSES:
            raise Refused(f"{file} has the label {largest}, and CIFAR-100 has 0 to {CLASSES - 1} only. Fetch it anew.")
    return *images, checksums


def write_whole(file, data):
    """The file appears or changes at once, or not at all."""
    beside = file.with_name(file.name + ".tmp")
    with open(beside, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)


def csv_of(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@contextlib.contextmanager
def held(folder):
    """Nobody else trains in the folder meanwhile; a process that is killed lets go of it."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(f"Another process trains in {folder.parent}. Wait for it, or name another --out.") from error
        yield


def resume(run, file, asked):
    """Goes on where the checkpoint stands. Returns the attempts that led there."""
    if not file.exists():
        return []
    saved = torch.load(file)
    for key, value in asked.items():
        if saved["asked"][key] != value:
            raise Refused(
                f"{file} is of a run with {key} {saved['asked'][key]}, and now {key} is {value}: no longer the same "
                "run. Start it as it was, or name another --out."
            )
    run.restore(saved["run"])
    return saved["attempts"]


# ------------------------------------------------------------------------------------------------------ the command


def processor():
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def train(options):
    finished = options.out / "run.json"
    if finished.exists():
        raise Refused(f"{finished} is there: this run is finished. Delete {options.out} to train it anew.")
    train_images, test_images, checksums = read_images(options.data)
    asked = {name: getattr(options, name) for name in ("optimizer", "seed", "epochs", "threads")}
    asked |= {"torch": str(torch.__version__), "data": checksums}
    run = Run(options.optimizer, options.seed, options.epochs)
    checkpoint = options.out / "checkpoints" / "last.pt"
    attempts = resume(run, checkpoint, asked)
    here = {"processor": processor(), "instructions": torch.backends.cpu.get_cpu_capability()}
    attempts.append({"epochsBefore": len(run.rows), **here})
    while len(run.rows) < options.epochs:
        run.train_epoch(train_images, test_images)
        write_whole(options.out / "metrics.csv", csv_of(run.rows))
        saved = io.BytesIO()
        torch.save({"asked": asked, "attempts": attempts, "run": run.state()}, saved)
        write_whole(checkpoint, saved.getvalue())
        row = run.rows[-1]
        # No test accuracy: by the study's plan, runs are looked at for their health only until all are there.
        told = f"train loss {row['train_loss']:.4f}, gradient std {row['grad_global_std']:.3e}"
        print(f"epoch {row['epoch']} of {options.epochs}: {told}, {row['epoch_seconds']:.0f} s", flush=True)
    seconds = round(sum(row["epoch_seconds"] for row in run.rows), 3)
    facts = {**asked, "numpy": np.__version__, "python": platform.python_version()}
    facts |= {"seconds": seconds, "attempts": attempts}
    write_whole(finished, (json.dumps(facts, indent=2) + "\n").encode())


def positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds cifar-100-binary/")
    parser.add_argument("--optimizer", choices=list(RUNS), required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--epochs", type=positive, default=30)
    parser.add_argument("--out", type=Path, required=True, help="the run's folder; one begun there goes on")
    threads = len(os.sched_getaffinity(0))
    parser.add_argument("--threads", type=positive, default=threads, help="default: all processors (%(default)s)")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    # It would spend time, and nothing here reads what it has not written.
    torch.utils.deterministic.fill_uninitialized_memory = False
    try:
        with held(options.out / "checkpoints"):
            train(options)
    except (Refused, OSError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted: the same command goes on after the last epoch that it completed")


if __name__ == "__main__":
    main()
