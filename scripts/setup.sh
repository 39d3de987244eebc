#!/usr/bin/env bash
# Sets up .venv: torch first (it stays out of the hashed lock), then everything that requirements.lock pins, then the
# sentence model as ONNX. Does nothing when nothing changed. TORCH_SOURCE names where a CPU build of torch lies
# (an index address or a folder of wheels); empty means pip's own sources.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3.11}
command -v "$python" >/dev/null || python=python3
stamp=.venv/.ready
want=$(cat requirements.lock scripts/setup.sh | sha256sum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then exit 0; fi

"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
  echo "Rapport needs Python 3.11; $python is $("$python" --version). Set PYTHON to the path of one." >&2
  exit 1
}
[ -x .venv/bin/python ] || "$python" -m venv .venv

torch=torch==2.13.0
source_args=()
case ${TORCH_SOURCE:-} in
  '') ;;
  http*) source_args=(--index-url "$TORCH_SOURCE") ;;
  *) source_args=(--no-index --find-links "$TORCH_SOURCE") ;;
esac
if ! .venv/bin/python -c 'import importlib.metadata as m, sys; sys.exit(not m.version("torch").startswith("2.13.0"))' 2>/dev/null; then
  if .venv/bin/pip install --quiet --dry-run --ignore-installed --report - "${source_args[@]}" "$torch" 2>/dev/null | grep -q '"nvidia-'; then
    echo "Warning: this build of torch brings several GB of CUDA packages that Rapport doesn't use." >&2
    echo "To avoid that, press Ctrl-C and give a source of CPU builds: make run TORCH_SOURCE=<index address or folder>" >&2
    sleep "${TORCH_WARNING_S:-10}"
  fi
  echo "Installing $torch ..."
  .venv/bin/pip install --quiet "${source_args[@]}" "$torch"
fi
echo "Installing the locked packages ..."
if .venv/bin/pip install --quiet uv==0.13.8 2>/dev/null && .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --no-deps -r requirements.lock; then :; else
  .venv/bin/pip install --quiet --require-hashes --no-deps -r requirements.lock
fi
.venv/bin/pip install --quiet --no-deps --no-build-isolation --editable .
echo "Preparing the sentence model ..."
.venv/bin/python -m knowledge.embedder .cache/models
echo "Learning what can be asked for, and reading the help centre (about a minute, once) ..."
.venv/bin/rapport prepare
echo "$want" >"$stamp"
