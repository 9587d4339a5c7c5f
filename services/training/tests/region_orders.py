"""Regions with log stores of their own, and orders to them."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from elasticsearch import ACCOUNT, PASSWORD, Elasticsearch, Index, serving
from subjects import NAMES, STRANGER, SUBJECT, about

from causeway_training.erasing.follow import follow
from causeway_training.erasing.logs import LogStore
from causeway_training.erasing.orders import Answer, Orders, Regions
from causeway_training.object_locations import Folder

HOME, OTHER, THIRD = "eu-west-1", "eu-central-1", "eu-north-1"
RUN = "causeway-erase-x1"


def region(count: str) -> Elasticsearch:
    """The log store of a region: lines under both names of the subject, the old ones read-only, and
    another's."""
    return Elasticsearch(
        {
            ".ds-causeway-subjects-2": Index(
                "causeway-subjects", [about(NAMES[0], count), about(STRANGER, "11")]
            ),
            ".ds-causeway-subjects-1": Index(
                "causeway-subjects", [about(NAMES[1], f"{count}0")], blocked=True
            ),
        }
    )


@pytest.fixture()
def location(tmp_path: Path) -> Path:
    return tmp_path / "erasures"


@pytest.fixture()
def orders(location: Path) -> Orders:
    return Orders(Folder(location))


def ask(orders: Orders, *names: str) -> Regions:
    regions = Regions(orders, RUN, names or (OTHER,))
    regions.ask("small", SUBJECT)
    return regions


def following(orders: Orders, store: Elasticsearch | None, name: str = OTHER) -> list[Answer]:
    """One look of a region; a region without a store cannot reach its own."""
    with ExitStack() as stack:
        address = stack.enter_context(serving(store)) if store else "http://127.0.0.1:9"
        return follow(orders, name, lambda: LogStore(address, ACCOUNT, PASSWORD))
