"""The types that the platform plans; importing a module adds its types to the table."""

from . import (  # noqa: F401
    clusters,
    entry,
    identity,
    instances,
    keys,
    load_balancing,
    network,
    registry,
    storage,
    watching,
)
