"""The judge's file: the same bytes for the same content."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from highnote.train.models import Fitted, Table


def pack(manifest: Mapping[str, Any], table: Table, fitted: Mapping[str, Fitted]) -> bytes:
    """The judge's file: an .npz without compression and with fixed dates, the same bytes for the same content."""
    gaps, weights = zip(*(_gaps(row.places, row.weights) for row in fitted.values()), strict=True)
    arrays: dict[str, npt.NDArray[Any]] = {
        "manifest": np.frombuffer(json.dumps(manifest, sort_keys=True).encode(), np.uint8),
        "keys": table.keys,
        "rarity": table.rarity,
        "gaps": np.concatenate(gaps),
        "weights": np.concatenate(weights),
        "sizes": np.array([len(part) for part in gaps], np.int64),
        "scales": np.array([row.scale for row in fitted.values()], np.float32),
    }
    return _npz(arrays)


def _gaps(places: npt.NDArray[np.int64], weights: npt.NDArray[np.int8]) -> tuple[Any, Any]:
    """Ascending places as steps of at most 16 bits; a step too wide is filled with weights of 0."""
    steps: list[int] = []
    filled: list[int] = []
    last = 0
    for place, weight in zip(places.tolist(), weights.tolist(), strict=True):
        while place - last > 0xFFFF:
            steps.append(0xFFFF)
            filled.append(0)
            last += 0xFFFF
        steps.append(place - last)
        filled.append(weight)
        last = place
    return np.array(steps, np.uint16), np.array(filled, np.int8)


def _npz(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            archive.writestr(info, part.getvalue())
    return out.getvalue()


def made_with() -> dict[str, str]:
    """The versions that the result depends on."""
    from importlib.metadata import version

    return {name: version(name) for name in ("numpy", "scikit-learn", "scipy", "spacy")}
