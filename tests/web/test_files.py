"""Files of a case and its tasks: added, listed, opened as attachments by whoever may see them."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import select

from engine.commands import files as commands
from engine.commands.file_kinds import TEXT, kind_of, safe_name
from engine.errors import InvalidInput
from engine.models import audit_entry, case_file, file_content
from tests.web.conftest import title, words

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"


def office(*parts: str, **entries: bytes) -> bytes:
    """A made-up office file with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
        for part in parts:
            archive.writestr(part, b"<x/>")
    return made.getvalue()


DOCX = office("[Content_Types].xml", "word/document.xml")


@pytest.fixture
def reference(desk):
    return desk.start()


@pytest.fixture
def ann(desk, reference, visit):
    """Holds the first task of the case."""
    visitor = visit("ann")
    visitor.post(f"/tasks/{desk.task()}/claim")
    return visitor


def send(visitor, path: str, content: bytes, name: str = "letter.pdf", **fields):
    return visitor.post(path, wm__file=(io.BytesIO(content), name), **fields)


@pytest.mark.feature("W22")
def test_a_file_is_added_to_a_case_and_listed_with_name_size_who_and_when(ann, reference):
    answer = send(ann, f"/cases/{reference}/files", PDF)
    assert answer.status_code == 303
    page = words(ann.get(answer.headers["Location"]))
    assert "The file is on the case." in page
    assert f"letter.pdf ({len(PDF)} bytes) Added by Ann Example, " in page
    assert title(ann.at).startswith(f"{reference}") or "Files" in title(ann.at)


@pytest.mark.feature("W22")
def test_a_file_opens_as_an_attachment_that_no_browser_runs(ann, desk, reference):
    send(ann, f"/cases/{reference}/files", PDF)
    answer = ann.get(f"/cases/{reference}/files/{number(desk)}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == "attachment; filename=letter.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "application/pdf"


def number(desk) -> int:
    with desk.database.reading() as db:
        return int(
            db.execute(select(case_file.c.id).order_by(case_file.c.id.desc())).scalars().first()
        )


@pytest.mark.feature("W22")
def test_adding_and_opening_a_file_are_audited(ann, desk, reference):
    send(ann, f"/cases/{reference}/files", PDF)
    ann.get(f"/cases/{reference}/files/{number(desk)}")
    a = audit_entry.c
    with desk.database.reading() as db:
        found = db.execute(
            select(a.action, a.account_id).where(a.subject == str(number(desk))).order_by(a.seq)
        ).all()
    who = desk.run.people["ann"]
    assert [tuple(row) for row in found if row.action.startswith("file")] == [
        ("file.add", who), ("file.open", who),
    ]  # fmt: skip


@pytest.mark.feature("W22")
def test_only_who_may_see_the_case_reads_its_files(ann, desk, reference, visit):
    send(ann, f"/cases/{reference}/files", PDF, "about.pdf")
    path = f"/cases/{reference}/files"
    for other in ("kim", "olga", "sid", "mia"):
        assert visit(other).get(f"{path}/{number(desk)}").status_code in (403, 404), other
        assert visit(other).get(path).status_code in (403, 404), other
        assert send(visit(other), path, PDF).status_code in (403, 404), other
    assert visit("bob").get(f"{path}/{number(desk)}").data == PDF
    assert visit("cat").get(f"{path}/{number(desk)}").data == PDF


@pytest.mark.feature("W22")
def test_a_files_number_opens_it_on_its_own_case_alone(ann, desk, reference):
    send(ann, f"/cases/{reference}/files", PDF)
    mine = number(desk)
    other = desk.start()
    assert ann.get(f"/cases/{other}/files/{mine}").status_code == 404
    assert ann.get(f"/cases/{reference}/files/{mine + 1}").status_code == 404


@pytest.mark.feature("W22")
def test_who_opens_masked_values_with_a_reason_opens_files_with_it_too(ann, desk, reference, visit):
    send(ann, f"/cases/{reference}/files", PDF)
    gus, path = visit("gus"), f"/cases/{reference}/files"
    page = gus.get(path)
    assert "letter.pdf" in words(page)
    assert "Give a reason to open these files" in words(page)
    assert gus.get(f"{path}/{number(desk)}").status_code == 403
    gus.get(f"/cases/{reference}/open")
    gus.post(f"/cases/{reference}/open", wm__reason="The panel asked for it")
    assert gus.get(f"{path}/{number(desk)}").data == PDF


@pytest.mark.feature("W22")
@pytest.mark.parametrize("act", ["file", "save", "complete"])
def test_a_file_chosen_on_a_task_goes_in_with_any_button_and_typed_text_stays(
    ann, desk, reference, act
):
    task = desk.task()
    ann.get(f"/tasks/{task}")
    assert "Add a file (optional)" in words(ann.at)
    answer = send(ann, f"/tasks/{task}", PDF, wm__act=act, amount="77", sure="yes", wm__counter="1")
    assert answer.status_code == 303
    assert "letter.pdf" in words(ann.get(f"/cases/{reference}/files"))
    assert f"with the task: Look at {reference}" in words(ann.at)
    page = ann.get(f"/tasks/{task}")
    assert "Files (1)" in words(page)
    assert act == "complete" or 'value="77"' in page.text


@pytest.mark.feature("W22")
def test_a_file_that_is_not_taken_keeps_the_task_open_and_what_was_typed(ann, desk, reference):
    task = desk.task()
    ann.get(f"/tasks/{task}")
    answer = send(
        ann, f"/tasks/{task}", b"MZ\x00\x01", "run.pdf", wm__act="complete", amount="77", sure="yes"
    )
    assert answer.status_code == 422
    assert "The file must be a PDF, a photo" in words(answer)
    assert 'href="#wm-file"' in answer.text
    assert 'value="77"' in answer.text
    assert title(answer).startswith("Error:")
    assert "Nobody" not in words(ann.get(f"/tasks/{task}"))
    assert "Files (" not in words(ann.at)


@pytest.mark.feature("W22")
def test_pressing_the_button_without_a_file_says_what_to_do(ann, desk, reference):
    task = desk.task()
    ann.get(f"/tasks/{task}")
    answer = ann.post(f"/tasks/{task}", wm__act="file", amount="77")
    assert answer.status_code == 422
    assert "Choose the file to add." in words(answer)
    answer = ann.post(f"/cases/{reference}/files")
    assert (answer.status_code, "Choose the file to add." in words(answer)) == (422, True)


@pytest.mark.feature("W22")
def test_a_file_that_is_too_large_is_refused_and_nothing_of_it_kept(ann, desk, reference):
    path = f"/cases/{reference}/files"
    answer = send(ann, path, PDF + b" " * commands.LARGEST)
    assert answer.status_code == 422
    assert "The file must be smaller than 10 MB." in words(answer)
    answer = send(ann, path, PDF + b" " * (2 * commands.LARGEST))
    assert answer.status_code == 413
    assert "smaller than 10 MB" in words(answer)
    assert send(ann, "/cases/find", PDF + b" " * 5_000_000).status_code in (405, 413)
    with desk.database.reading() as db:
        assert db.execute(select(file_content)).first() is None


@pytest.mark.feature("W22")
def test_one_file_sent_twice_is_kept_once_and_a_used_key_takes_no_other(ann, desk, reference):
    path, key = f"/cases/{reference}/files", "k" * 32
    assert send(ann, path, PDF, key=key).status_code == 303
    assert send(ann, path, PDF, key=key).status_code == 303
    assert send(ann, path, PDF + b"\n", key=key).status_code == 422
    with desk.database.reading() as db:
        assert len(db.execute(select(case_file)).all()) == 1


@pytest.mark.feature("W22")
@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"), (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0..", "image/jpeg"), (b"\0\0\0\x18ftypheic...", "image/heic"),
        (DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (office(mimetype=b"application/vnd.oasis.opendocument.text"),
         "application/vnd.oasis.opendocument.text"),
        ("Grüße,\r\n1;2".encode(), "text/plain"), (b"<script>alert(1)</script>", "text/plain"),
    ],
)  # fmt: skip
def test_a_kind_is_known_by_what_the_file_holds(content, media_type):
    found = kind_of(content)
    assert found is not None
    assert found.media_type == media_type


@pytest.mark.feature("W22")
@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00", b"\x7fELF\x02\x01", b"GIF89a\x01\x00", b"PK\x03\x04 broken",
        b"\xd0\xcf\x11\xe0", office("xl/workbook.xml", "xl/vbaProject.bin"), office("a.txt"),
        b"\xff\xfe\x00a", b"",
        office(mimetype=b"application/x-other"),
    ],
)  # fmt: skip
def test_programs_archives_macros_and_unknown_kinds_are_not_taken(content):
    assert kind_of(content) is None


@pytest.mark.feature("W22")
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.txt"), ("C:\\Users\\x\\note.TXT", "note.txt"),
        ("page.html", "page.html.txt"), ("\u202etxt.exe", "txt.exe.txt"), ("", "file.txt"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie x=1.txt"), ("...", "file.txt"),
        ("x" * 500 + ".txt", "x" * 120 + ".txt"), ('a"b.csv', "ab.csv"),
    ],
)  # fmt: skip
def test_a_name_is_made_safe_and_says_what_the_file_holds(given, kept):
    assert safe_name(given, TEXT) == kept


@pytest.mark.feature("W22")
def test_a_name_in_any_alphabet_is_served_whole(ann, desk, reference):
    send(ann, f"/cases/{reference}/files", PDF, "Übersicht “März”.pdf")
    answer = ann.get(f"/cases/{reference}/files/{number(desk)}")
    assert "filename*=UTF-8''%C3%9Cbersicht" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].isascii()


def test_an_empty_file_is_refused_in_words(desk, reference):
    from engine import access

    with desk.database.reading() as db:
        cat = access.load_actor(db, desk.run.people["cat"])
        with pytest.raises(InvalidInput, match="empty"):
            commands.add_file(db, desk.run.instance_id, commands.Upload("a.txt", b""), actor=cat)
