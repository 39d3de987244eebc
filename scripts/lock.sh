#!/usr/bin/env bash
# Rewrites requirements.lock: every dependency pinned with its hashes, but torch and the accelerator packages it would bring
# (make installs torch first, from TORCH_SOURCE).
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
skip=()
for name in torch triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti nvidia-cuda-nvrtc \
  nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver nvidia-cusparse \
  nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx; do
  skip+=(--no-emit-package "$name")
done
"$uv" pip compile pyproject.toml --group dev --python .venv/bin/python --generate-hashes --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links "${skip[@]}" --output-file requirements.lock "$@"
