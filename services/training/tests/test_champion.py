"""A champion that is not what its manifest says is refused before anything is compared with it."""

from pathlib import Path

import pytest
from conftest import Workshop
from helpers import run_to, step

from causeway_training.champion import Champion
from causeway_training.errors import InputError
from causeway_training.onnx_model import Scorer
from causeway_training.provenance import image_inputs_digest, next_version


@pytest.fixture()
def released(workshop: Workshop) -> Path:
    context = workshop.context(to=str(workshop.root / "released"))
    run_to(context, "package")
    step("release").run(context)
    return workshop.root / "released"


@pytest.mark.parametrize("name", ["model.onnx", "reference.json", "model-card.md"])
def test_a_changed_file_is_refused(name: str, released: Path) -> None:
    data = bytearray((released / name).read_bytes())
    data[len(data) // 2] ^= 1
    (released / name).write_bytes(bytes(data))
    with pytest.raises(InputError, match=f"{name} is not the file of the manifest"):
        Champion.open(str(released), "small")


def test_a_missing_file_and_another_model_are_refused(released: Path) -> None:
    with pytest.raises(InputError, match="got small, allowed: large"):
        Champion.open(str(released), "large")
    (released / "model.onnx").unlink()
    with pytest.raises(InputError, match="model.onnx is not the file"):
        Champion.open(str(released), "small")


def test_a_broken_manifest_is_refused(released: Path) -> None:
    (released / "manifest.json").write_text("{")
    with pytest.raises(InputError, match="not JSON"):
        Champion.open(str(released), "small")


@pytest.mark.parametrize("cut", [0, 10, 500])
def test_a_model_that_is_cut_short_is_refused(cut: int, released: Path) -> None:
    with pytest.raises(InputError, match="not an ONNX model"):
        Scorer((released / "model.onnx").read_bytes()[:cut], "cut.onnx")


CHAMPION = {"version": "1.4.2", "features": ["a", "b"], "data": "sha256:1"}


@pytest.mark.parametrize(
    ("features", "data", "version"),
    [
        (["a", "c"], "sha256:1", "2.0.0"),
        (["b", "a"], "sha256:1", "2.0.0"),
        (["a", "b"], "sha256:2", "1.5.0"),
        (["a", "b"], "sha256:1", "1.4.3"),
    ],
)
def test_versions_follow_what_changed(features: list[str], data: str, version: str) -> None:
    assert next_version(CHAMPION, features, data) == version
    assert next_version(None, features, data) == "1.0.0"


def test_the_image_digest_follows_the_build_inputs_and_not_the_tests(tmp_path: Path) -> None:
    (tmp_path / "contract").mkdir()
    (tmp_path / "contract" / "contract.ts").write_text("1")
    first = image_inputs_digest("sha256:m", tmp_path)
    assert image_inputs_digest("sha256:n", tmp_path) != first
    (tmp_path / "model-server" / "tests").mkdir(parents=True)
    (tmp_path / "model-server" / "tests" / "a.ts").write_text("1")
    assert image_inputs_digest("sha256:m", tmp_path) == first
    (tmp_path / "model-server" / "server.ts").write_text("1")
    assert image_inputs_digest("sha256:m", tmp_path) != first
