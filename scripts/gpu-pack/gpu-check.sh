#!/bin/sh
# What gan-bench does on the GPU of this machine, which needs the GPU's driver and nothing else:
#
#   sh gpu-check.sh                             all steps, one after the other
#   sh gpu-check.sh doctor 'bench-webgpu-*'     only these
#   sh gpu-check.sh --list                      their names, and the most seconds that each may take
#
# Each step's output is in results/<step>.txt, a line on each in results/summary.txt, all of it in results.tar.gz.
#
#   GPU_CHECK_RESULTS      another folder for the results
#   GPU_CHECK_WORK         a folder to unpack into, kept afterwards; else one under TMPDIR or /tmp, removed at the end
#   GPU_CHECK_DATA         a folder with cifar-100-binary, to train on CIFAR-100 in place of the embedded subset
#   GPU_CHECK_QUICK=1      toy sizes, and a processor that plays GPU will do: to try this script
#   GAN_BENCH_GPU          number or part of the name of the adapter to use
#   GAN_BENCH_PYTHON       the interpreter that may have PyTorch (default: python3)
#   GAN_BENCH_CUDA_CACHE   a cache folder with TensorFlow for CUDA: the same steps on it
#   VK_DRIVER_FILES        Vulkan's driver file; else one that shows a GPU is looked for
set -u
umask 077

here=$(cd "$(dirname "$0")" && pwd)
results=${GPU_CHECK_RESULTS:-$here/results}
quick=${GPU_CHECK_QUICK:-}
python=${GAN_BENCH_PYTHON:-python3}
listing=
if [ "${1:-}" = --list ]; then
  listing=yes
  shift
fi

. "$here/gpu-check/machine.sh"
. "$here/gpu-check/steps.sh"

if [ -n "$listing" ]; then
  all_steps "$@"
  exit 0
fi

mkdir -p "$results"
results=$(cd "$results" && pwd)
work=${GPU_CHECK_WORK:-}
if [ -z "$work" ]; then
  work=$(mktemp -d "${TMPDIR:-/tmp}/gpu-check.XXXXXX") || exit 1
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
fi
mkdir -p "$work"
work=$(cd "$work" && pwd)
program=$work/program

: >>"$results/summary.txt"
summary "gpu-check on $(uname -n), $(date -u +%Y-%m-%dT%H:%M:%SZ)${quick:+, quick}"
if ! unpack; then
  summary "unpack: FAILED, so nothing else can run"
  exit 1
fi
cd "$work" || exit 1
choose_vulkan >"$results/vulkan.txt" 2>&1
summary "vulkan: $(tail -n 1 "$results/vulkan.txt")"
all_steps "$@"
keep_results
[ "$failures" = 0 ]
