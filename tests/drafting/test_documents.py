"""Documents are read as text, cut and bounded; what is left out is told."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from toolsim.base.errors import ToolsimError
from toolsim.drafting.documents import MOST_BYTES, cuts, html_text, read_documents


def test_cuts_lose_nothing_and_keep_to_the_size() -> None:
    text = "\n\n".join(f"paragraph {i} " + "word " * (i % 40) for i in range(60))
    parts = list(cuts(text, 500))
    assert all(len(part) <= 500 for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_cuts_prefer_blank_lines() -> None:
    assert list(cuts("a" * 60 + "\n\n" + "b" * 60, 100)) == ["a" * 60, "b" * 60]


def test_a_page_is_read_as_people_see_it() -> None:
    page = "<html><head><title>x</title><style>p{}</style></head><body><h1>Seats</h1><script>alert(1)</script><p>Book a&nbsp;seat &amp; go</p></body>"
    assert html_text(page) == "Seats\nBook a seat & go"


def test_comments_and_what_is_never_closed_stay_out() -> None:
    assert html_text("a <!-- <p>hidden</p> --> b 1 < 2 <br>c<SCRIPT>İİİİx</SCRIPT >d<style>e") == "a b 1 < 2\nc d".replace(
        "c d", "cd"
    )


@pytest.mark.parametrize("piece", ["<", "<!--", "<a ", "</", "<svg>", "&", "<a x='", "<![CDATA[", "<script>"])
def test_hostile_pages_take_no_long_time(piece: str) -> None:
    begun = process_time()
    html_text(piece * (MOST_BYTES // len(piece)))
    assert process_time() - begun < 5


def test_folders_are_read_in_order_and_strangers_are_named(tmp_path: Path) -> None:
    for name, text in {
        "b.md": "second",
        "a/x.txt": "first",
        "c.png": "x",
        ".git/y.md": "hidden",
        "d.json": '{"a": 1}',
        "e.md": " ",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    reading = read_documents([tmp_path], 100, 10)
    assert [(c.source, c.text) for c in reading.chunks] == [("a/x.txt", "first"), ("b.md", "second"), ("d.json", '{"a": 1}')]
    assert [left.partition(":")[0] for left in reading.left_out] == ["c.png", "e.md"]


def test_every_document_has_its_say_before_the_limit(tmp_path: Path) -> None:
    (tmp_path / "long.md").write_text("\n\n".join("l" * 80 for _ in range(9)))
    (tmp_path / "short.md").write_text("s")
    reading = read_documents([tmp_path], 100, 3)
    assert [c.source for c in reading.chunks] == ["long.md", "short.md", "long.md"]
    assert reading.left_out == ("long.md: 7 of 9 chunks, as at most 3 are read",)


def test_a_huge_file_is_cut_and_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "huge.txt").write_bytes(b"x " * MOST_BYTES)
    reading = read_documents([tmp_path / "huge.txt"], 1000, 2)
    assert len(reading.chunks) == 2 and "2,000,000 bytes" in reading.left_out[0]


def test_bytes_of_another_encoding_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "gbk.txt").write_bytes("图书馆 seats".encode("gbk") + b"\x00\xff")
    assert "seats" in read_documents([tmp_path], 100, 2).chunks[0].text


def test_no_text_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ToolsimError, match="hold no text"):
        read_documents([tmp_path], 100, 2)
    with pytest.raises(ToolsimError, match="there is no document"):
        read_documents([tmp_path / "gone.md"], 100, 2)
