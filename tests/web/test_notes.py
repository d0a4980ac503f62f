"""Notes on a case: written by one, read by everybody on it."""

from __future__ import annotations

import pytest

from tests.web.conftest import words


@pytest.mark.feature("W21")
def test_a_note_is_read_by_everybody_on_the_case_with_name_and_time(desk, visit):
    reference = desk.start()
    desk.look(200)
    ann, cat = visit("ann"), visit("cat")
    path = f"/cases/{reference}/notes"
    assert "Notes" in words(ann.get(f"/cases/{reference}"))
    ann.get(path)
    assert ann.post(path, note="He called: <b>Thursday</b> suits him.").status_code == 303
    page = cat.get(path)
    assert "Ann Example" in words(page)
    assert "&lt;b&gt;Thursday&lt;/b&gt; suits him." in page.text
    assert "<textarea" in page.text
    assert "He called" not in page.text.split("<textarea", 1)[1].split("</textarea>")[0]
    empty = ann.post(path, note="  ")
    assert empty.status_code == 422
    assert "Write the note" in words(empty)


def test_who_is_not_on_the_case_or_sees_a_part_of_it_finds_no_notes(desk, visit):
    reference = desk.start()
    for username in ("kim", "olga"):
        assert visit(username).get(f"/cases/{reference}/notes").status_code == 404
        assert visit(username).post(f"/cases/{reference}/notes", note="x").status_code == 404
