# The steps, and how one is run. Read by gpu-check.sh.

failures=0
if [ -n "$quick" ]; then
  models=resnet20 batches=4 measured='--steps 1 --warmup 1 --optimizer adamw' torch_steps='steps 1\nsteps 2\n' slow=10
else
  models='resnet20 resnet56 vgg16bn vit-tiny' batches='128 1024' measured='--steps 20 --warmup 5 --optimizer adamw gan'
  torch_steps='steps 5\nsteps 20\n' slow=1
fi

# Every step, in order; with names, only those that one of these patterns fits.
all_steps() {
  wanted=$*
  step environment 120 describe_machine
  step doctor 180 gan doctor
  engine_steps webgpu agreement bench
  kernel_steps
  torch_steps
  engine_steps webgpu train
  [ -z "${GAN_BENCH_CUDA_CACHE:-}" ] || (
    export engine_cache="$GAN_BENCH_CUDA_CACHE"
    engine_steps tensorflow agreement bench train
    [ "$failures" = 0 ]
  ) || failures=1
}

engine_steps() {
  backend=$1
  shift
  for part in "$@"; do "${part}_steps"; done
}

agreement_steps() {
  step "agreement-$backend" 300 script agreement "$backend" ${quick:+--quick}
}

bench_steps() {
  for model in $models; do
    for batch in $batches; do
      step "bench-$backend-$model-$batch" 180 \
        gan bench --backend "$backend" --model "$model" --batch-size "$batch" $measured --json
    done
  done
}

# The first of the batch sizes says enough of where the time goes.
kernel_steps() {
  for model in $models; do
    step "kernels-$model" 120 script kernels --model "$model" --batch-size "${batches%% *}" ${quick:+--steps 1}
  done
}

# As PyTorch comes, with TF32 in convolutions; compiled; and eager in float32 all through, as this program computes.
torch_steps() {
  if [ -z "$listing" ] && ! "$python" -c 'import numpy, torch; assert torch.cuda.is_available()' 2>/dev/null; then
    [ -n "$wanted" ] || summary "torch: left out, for $python has no PyTorch with CUDA"
    return
  fi
  for model in $models; do
    for batch in $batches; do
      step "torch-eager-$model-$batch" 120 torch eager "$model" "$batch"
      step "torch-compile-$model-$batch" 300 torch compile "$model" "$batch"
      step "torch-eager-float32-$model-$batch" 120 torch_float32 eager "$model" "$batch"
    done
  done
}

train_steps() {
  for optimizer in adamw zscore gan; do
    step "train-$backend-$optimizer" 240 train "$optimizer" "$results/runs/$backend"
  done
  step "train-$backend-gan-again" 240 train gan "$results/runs/$backend-again"
  step "repeat-$backend" 60 same_bytes
}

gan() {
  exec "$work/run-node" "$program/bin/gan-bench.js" "$@"
}

script() {
  file=$program/dist/scripts/gpu-pack/$1.js
  shift
  exec "$work/run-node" "$file" "$@"
}

torch() {
  printf "$torch_steps" | "$python" -u "$program/scripts/bench-peers/pytorch.py" --device cuda --mode "$1" \
    --model "$2" --batch-size "$3" --precision float32
}

torch_float32() {
  export NVIDIA_TF32_OVERRIDE=0
  torch "$@"
}

train() {
  rm -rf "$2/resnet20-$1"
  settings='batchSize=50 epochs=5 schedule.warmupEpochs=1 log.everySteps=1 checkpoint.keep=1'
  if [ -n "${GPU_CHECK_DATA:-}" ]; then
    settings="$settings batchSize=128"
    set -- "$@" --data-dir "$GPU_CHECK_DATA"
  else
    settings="$settings dataset.name=cifar100-mini"
  fi
  if [ -n "$quick" ]; then
    settings="$settings batchSize=4 maxSteps=2 dataset.trainSamples=8 dataset.testSamples=4"
  else
    set -- "$@" --require-gpu
  fi
  for setting in $settings; do set -- "$@" --set "$setting"; done
  preset=resnet20-$1 out=$2
  shift 2
  gan run "$preset" --backend "$backend" --seed 42 --out "$out" --offline "$@"
}

# Whether two runs of one seed are alike, byte for byte, in the files that hold no times.
same_bytes() {
  status=0
  for file in gradients.csv steps.csv; do
    once=$results/runs/$backend/resnet20-gan/seed-42/$file
    cmp "$once" "$results/runs/$backend-again/resnet20-gan/seed-42/$file" || status=1
    wc -c "$once"
  done
  [ $status = 0 ] && echo 'two runs gave the same bytes' || echo 'two runs DIFFER'
  return $status
}

is_wanted() {
  [ -n "$wanted" ] || return 0
  set -f
  for pattern in $wanted; do
    case $1 in
      $pattern)
        set +f
        return 0
        ;;
    esac
  done
  set +f
  return 1
}

# step NAME SECONDS FUNCTION ARGUMENT...: runs it for so long at the most, and goes on however it ends.
step() {
  name=$1 seconds=$2
  shift 2
  is_wanted "$name" || return 0
  if [ -n "$listing" ]; then
    echo "$name $seconds"
    return
  fi
  file=$results/$name.txt
  echo "$name ..." >&2
  began=$(date +%s)
  limited $((slow * seconds)) "$@" >"$file" 2>&1 </dev/null
  status=$?
  told=$(told_by "$name" "$file")
  took="$(($(date +%s) - began)) s"
  case $status in
    0) outcome="ok, $took" ;;
    124 | 137) outcome="OUT OF TIME, $took" ;;
    *) outcome="FAILED with status $status, $took" ;;
  esac
  [ $status = 0 ] || failures=$((failures + 1))
  echo "exit status $status after $took" >>"$file"
  summary "$name: $outcome: $told"
  keep_results
}

# Runs a function in a shell of its own, which timeout can end with all that it started.
limited() {
  limit=$1
  shift
  export here results work program library_path python quick backend listing torch_steps
  timeout -k 10 "$limit" sh -c '. "$here/gpu-check/machine.sh"; . "$here/gpu-check/steps.sh"; "$@"' step "$@"
}

# The line that tells most.
told_by() {
  case $1 in
    bench-* | torch-*) line=$("$work/run-node" "$program/dist/scripts/gpu-pack/digest.js" "$2" 2>/dev/null) && echo "$line" && return ;;
    train-*) grep 'test accuracy' "$2" && return ;;
  esac
  grep -v '^[[:space:]]*$' "$2" | tail -n 1 | cut -c 1-300
}

summary() {
  echo "$*" >>"$results/summary.txt"
  echo "$*" >&2
}

# After every step: who stops the script, or a machine that goes away, takes nothing along.
keep_results() {
  tar -czf "$results.tar.gz.new" --exclude checkpoints -C "${results%/*}" "${results##*/}" && mv "$results.tar.gz.new" "$results.tar.gz"
}
