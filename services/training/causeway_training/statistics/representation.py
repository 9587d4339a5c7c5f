"""Who is in the data: rows and positive share of each group, with Wilson score intervals (Wilson
1927)."""

from __future__ import annotations

import numpy as np

Z95 = 1.959963984540054


def wilson(successes: int, rows: int, z: float = Z95) -> tuple[float, float]:
    """Interval of a share; (0, 1) without rows."""
    if rows == 0:
        return 0.0, 1.0
    share, z2 = successes / rows, z * z
    centre = (share + z2 / (2 * rows)) / (1 + z2 / rows)
    half = z * np.sqrt(share * (1 - share) / rows + z2 / (4 * rows * rows)) / (1 + z2 / rows)
    return float(max(0.0, centre - half)), float(min(1.0, centre + half))


def by_group(group: np.ndarray, label: np.ndarray, names: list[str]) -> list[dict]:
    """Per group, and for rows of no group last: rows, share of all rows, positive share with its
    interval."""
    found = []
    for name in [*names, ""]:
        inside = group == name
        rows, positive = int(inside.sum()), int(label[inside].sum())
        low, high = wilson(positive, rows)
        if rows or name:
            found.append(
                {
                    "group": name or "unknown",
                    "rows": rows,
                    "share": rows / max(len(group), 1),
                    "positive": positive / rows if rows else None,
                    "low": low,
                    "high": high,
                }
            )
    return found
