# What the machine lacks, and how Vulkan gets at its GPU. Read by gpu-check.sh.

# Prints where a library is, if the machine has it.
find_library() {
  found=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | sed -n "s|^[[:space:]]*$1 .*x86-64.* => ||p" | head -n 1)
  if [ -n "$found" ]; then
    echo "$found"
    return 0
  fi
  for folder in /usr/local/nvidia/lib64 /usr/local/nvidia/lib /usr/lib/x86_64-linux-gnu /lib/x86_64-linux-gnu \
    /usr/lib64 /lib64 /usr/lib/x86_64-linux-gnu/nvidia/current /usr/lib/nvidia /usr/lib/wsl/lib; do
    if [ -e "$folder/$1" ]; then
      echo "$folder/$1"
      return 0
    fi
  done
  return 1
}

# Prints what a file of this folder holds, compressed either way.
unpacked() {
  if [ -e "$here/$1.gz" ]; then
    gzip -dc "$here/$1.gz"
  elif command -v xz >/dev/null; then
    xz -dc "$here/$1.xz"
  else
    "$python" -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer)' "$here/$1.xz"
  fi
}

# Unpacks the program, and of the libraries those that the machine lacks.
unpack() {
  mkdir -p "$program" "$work/cache" "$work/spare" "$work/lib" || return 1
  unpacked node >"$work/node" && chmod 700 "$work/node" || return 1
  for part in program cache spare; do
    unpacked $part.tar | tar -xf - --no-same-owner --no-same-permissions -C "$work/$part" || return 1
  done
  chmod -R go-w "$work/cache"
  for library in "$work"/spare/*; do
    find_library "${library##*/}" >/dev/null || cp "$library" "$work/lib/"
  done
  library_path=$work/lib
  # Where a container has its driver beside the system, the driver's libraries must find one another.
  nvidia=$(find_library libGLX_nvidia.so.0 || find_library libEGL_nvidia.so.0 || true)
  case $nvidia in
    '' | /usr/lib/x86_64-linux-gnu/lib* | /lib/x86_64-linux-gnu/lib* | /usr/lib64/lib* | /lib64/lib*) ;;
    *) library_path=$library_path:${nvidia%/*} ;;
  esac
  write_runner ''
  version=$("$work/run-node" --version 2>&1) || {
    summary "Node does not start here (it needs glibc 2.28 and libstdc++): $version"
    return 1
  }
}

# Writes the program that starts Node, with Vulkan's driver file if one is given. PyTorch keeps its own environment.
write_runner() {
  {
    echo '#!/bin/sh'
    echo "export LD_LIBRARY_PATH='$library_path'\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
    # Loaders older than 1.3.207 know it by the second name.
    [ -z "$1" ] || echo "export VK_DRIVER_FILES='$1' VK_ICD_FILENAMES='$1'"
    echo "export GAN_BENCH_CACHE=\"\${engine_cache:-$work/cache}\""
    echo "exec '$work/node' \"\$@\""
  } >"$work/run-node"
  chmod 700 "$work/run-node"
}

# Says what Dawn finds with a driver file; true for a GPU.
shows_gpu() {
  write_runner "$1"
  answer=$(timeout -k 5 120 "$work/run-node" "$program/dist/src/tensor/webgpu/probe-child.js" 2>&1 | tail -n 1)
  echo "with ${1:-the driver files that the loader finds}: $answer"
  case $answer in
    *'"isSoftware":false'*) return 0 ;;
    *) return 1 ;;
  esac
}

# A driver file of our own, for a driver's library.
write_driver_file() {
  library=$(find_library "$1") || return 1
  printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "%s", "api_version": "1.3.0"}}\n' "$library" >"$work/$1.json"
  echo "$work/$1.json"
}

# Settles which driver file is used: that of the user, else the first with which a GPU shows.
choose_vulkan() {
  echo "Vulkan loader: $(find_library libvulkan.so.1 || echo 'none, the one in this folder is used')"
  if [ -n "${VK_DRIVER_FILES:-}" ]; then
    shows_gpu "$VK_DRIVER_FILES" && echo "a GPU, as VK_DRIVER_FILES says" || echo "NO GPU with VK_DRIVER_FILES=$VK_DRIVER_FILES"
    return
  fi
  files=$(ls /usr/share/vulkan/icd.d/nvidia_icd*.json /etc/vulkan/icd.d/nvidia_icd*.json 2>/dev/null)
  [ -n "$files" ] || echo 'There is no nvidia_icd*.json in /usr/share/vulkan/icd.d or /etc/vulkan/icd.d.'
  if shows_gpu ''; then
    echo 'a GPU, with the driver files that the loader finds'
    return
  fi
  for file in $files $(ls /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd*.json 2>/dev/null) \
    $(write_driver_file libGLX_nvidia.so.0) $(write_driver_file libEGL_nvidia.so.0); do
    if shows_gpu "$file"; then
      echo "a GPU, with $file$(case $file in "$work"/*) echo ', written here: the machine has no such file' ;; esac)"
      return
    fi
  done
  write_runner ''
  if [ -n "$nvidia" ]; then
    echo "NO GPU, though the driver is there: $nvidia. See environment.txt for the libraries that it lacks."
  else
    echo "NO GPU: libGLX_nvidia.so.0 is not here. A container gets NVIDIA's graphics libraries with NVIDIA_DRIVER_CAPABILITIES=all."
  fi
}

# All that may explain why something does not work.
describe_machine() {
  uname -a
  head -n 2 /etc/os-release
  ldd --version 2>&1 | head -n 1
  grep -m 1 'model name' /proc/cpuinfo
  grep MemTotal /proc/meminfo
  nproc
  nvidia-smi
  echo "NVIDIA_DRIVER_CAPABILITIES=${NVIDIA_DRIVER_CAPABILITIES:-}"
  ls -l /dev/nvidia* /dev/dri /usr/share/vulkan/icd.d /etc/vulkan/icd.d /usr/local/nvidia/share/vulkan/icd.d 2>&1
  PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -E 'libvulkan|_nvidia|libX11|libXext|libcuda|libstdc'
  for library in libGLX_nvidia.so.0 libEGL_nvidia.so.0; do
    file=$(find_library $library) && LD_LIBRARY_PATH=$library_path ldd "$file"
  done
  echo "libraries that the machine lacks, taken from this folder: $(ls "$work/lib" | tr '\n' ' ')"
  "$python" -c 'import torch; print("PyTorch", torch.__version__, torch.cuda.is_available())'
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null || echo 'nvidia-smi is not here'
}
