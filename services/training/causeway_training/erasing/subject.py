"""Whom to erase, under every name that the subject has in data, logs and feedback."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property

from ..errors import InputError
from ..key_ring import PSEUDONYM, KeyRing

#: A prediction's id: version, label and bin, time, process and count, code
#: (identity/prediction-id.ts of the model server).
_PREDICTION = re.compile(
    r"[0-9A-Za-z.-]{1,64}~[pn][0-9]{1,3}~[0-9a-z]{1,9}~([0-9A-Za-z_-]{8})([0-9a-z]{1,11})~[0-9A-Za-z_-]{22}"
)
_WIDTHS = {"utf-8": 1, "utf-16-le": 2, "utf-32-le": 4}


@dataclass(frozen=True)
class Subject:
    """Identifiers at the source, pseudonyms, and predictions (process and count of their ids: what
    feedback names instead of a subject)."""

    identifiers: frozenset[str] = frozenset()
    pseudonyms: frozenset[str] = frozenset()
    predictions: frozenset[str] = frozenset()

    @staticmethod
    def named(text: str, ring: KeyRing | None, model: str) -> Subject:
        """A subject by its identifier, which takes the ring of keys, or by one of its
        pseudonyms."""
        if PSEUDONYM.fullmatch(text):
            return Subject(pseudonyms=frozenset([text]))
        if not text.strip():
            raise InputError("subject", ["got nothing, allowed: an identifier or a pseudonym"])
        if ring is None:
            raise InputError(
                "--subject-key",
                [
                    "got nothing, allowed: the ring of keys, because the subject is not given by a"
                    " pseudonym"
                ],
            )
        return Subject(_spellings(text), frozenset(ring.pseudonyms(model, text)))

    def with_identifiers(self, values: list[str], ring: KeyRing, model: str) -> Subject:
        """The subject with those of the values whose pseudonym it has, and all their pseudonyms:
        how a pseudonym finds the source's rows."""
        own = [value for value in values if self.pseudonyms & set(ring.pseudonyms(model, value))]
        named = [name for value in own for name in ring.pseudonyms(model, value)]
        return replace(
            self,
            identifiers=self.identifiers.union(*map(_spellings, own)),
            pseudonyms=self.pseudonyms | set(named),
        )

    def with_predictions(self, first: str, rows: int) -> Subject:
        """The subject with the predictions of a request: the ids of a request count up from the
        first."""
        match = _PREDICTION.fullmatch(first)
        if match is None:
            return self
        start = int(match[2], 36)
        return replace(
            self,
            predictions=self.predictions
            | {match[1] + _base36(start + i) for i in range(max(rows, 1))},
        )

    def holds(self, text: str) -> bool:
        """Whether a text names the subject as a word of its own."""
        return self._text.search(text) is not None

    def holds_bytes(self, data: bytes) -> bool:
        """The same in bytes, in each encoding that arrays and tables use."""
        return any(pattern.search(data) for pattern in self._bytes)

    @cached_property
    def _words(self) -> list[str]:
        return sorted(self.identifiers | self.pseudonyms)

    @cached_property
    def _text(self) -> re.Pattern[str]:
        words = "|".join(map(re.escape, self._words)) or r"(?!)"
        predictions = "|".join(f"~{re.escape(one)}~" for one in sorted(self.predictions)) or r"(?!)"
        return re.compile(rf"(?<![\w@.+-])(?:{words})(?![\w@+-])|{predictions}")

    @cached_property
    def _bytes(self) -> list[re.Pattern[bytes]]:
        patterns = []
        for encoding, width in _WIDTHS.items():
            pad = b"\\x00" * (width - 1)
            words = b"|".join(re.escape(word.encode(encoding)) for word in self._words) or b"(?!)"
            predictions = (
                b"|".join(
                    re.escape(f"~{one}~".encode(encoding)) for one in sorted(self.predictions)
                )
                or b"(?!)"
            )
            patterns.append(
                re.compile(
                    b"(?<![A-Za-z0-9_@.+-]"
                    + pad
                    + b")(?:"
                    + words
                    + b")(?![A-Za-z0-9_@+-]"
                    + pad
                    + b")|"
                    + predictions
                )
            )
        return patterns


def _spellings(text: str) -> frozenset[str]:
    """A text as it stands, and composed and decomposed: sources write one name in either way."""
    return frozenset([text, *(unicodedata.normalize(form, text) for form in ("NFC", "NFD"))])


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
        if number == 0:
            return digits
