"""Text as editors leave it: marks, UTF-16, Windows-1252, and every end of line, read as the words that were meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.store.text import decode, decode_whole

WORDS = "Größe: 3 Maße – fertig\n二行目\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_every_end_of_line_gives_the_same_words(encoding: str, end: str) -> None:
    text = "A plain line before it.\n" + WORDS
    assert decode(text.replace("\n", end).encode(encoding)) == text


def test_utf_16_with_its_mark_in_the_other_order_of_bytes() -> None:
    assert decode(b"\xfe\xff" + WORDS.encode("utf-16-be")) == WORDS


@pytest.mark.parametrize("text", ["Größe", "café au lait", "naïve", "Ärger im Café – doch fertig", "“quoted”"])
def test_words_of_windows_1252_are_read(text: str) -> None:
    assert decode(text.encode("cp1252")) == text
    assert decode_whole(text.encode("cp1252")) == text


def test_latin_1_beside_utf_8_in_one_file_is_read_word_by_word() -> None:
    assert decode("Größe ".encode() + "Maß".encode("latin-1") + b"e\n") == "Größe Maße\n"


def test_lines_of_utf_8_appended_to_utf_16_are_read() -> None:
    data = "First line.\r\n".encode("utf-16") + b"\n2026-02-28 09:33 - Second line.\n"
    assert decode(data) == "First line.\n2026-02-28 09:33 - Second line.\n"


@pytest.mark.parametrize("data", [b"Bad \xff\xfe bytes.", "Привет".encode("cp1251"), b"cut \xe2\x82"])
def test_what_is_no_text_of_these_is_replaced_and_never_guessed_at(data: bytes) -> None:
    assert "\ufffd" in decode(data)
    with pytest.raises(ValueError, match="neither UTF-8"):
        decode_whole(data)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"\xef\xbb\xbf"])
def test_an_empty_file_is_an_empty_text(data: bytes) -> None:
    assert decode(data) == ""


def test_a_replacement_sign_that_was_written_is_a_letter_like_others() -> None:
    assert decode_whole("so \ufffd it was".encode()) == "so \ufffd it was"


@given(st.text())
def test_text_of_utf_8_stays_what_it_is(text: str) -> None:
    expected = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" not in text and not text.startswith("\ufeff"):
        assert decode(text.encode("utf-8", "replace")) == expected.encode("utf-8", "replace").decode()


@given(st.binary())
def test_any_bytes_are_decoded_without_an_error(data: bytes) -> None:
    assert "\r" not in decode(data)
