"""A process folder as one zip file: down from the studio, and up into a draft."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from engine.definitions import packing
from engine.errors import InvalidInput
from tests.factories import MODELS, PROCESSES, folder
from tests.web.conftest import DESK, words
from tests.web.test_studio import DIAGRAM, THREE, fields, stored, summary

DRAFT = "/studio/desk/draft"
FILES = folder(DESK)


@pytest.fixture
def olga(desk, visit):
    visitor = visit("olga")
    visitor.get(DRAFT)
    return visitor


def zipped(files, **options):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, **options) as packed:
        for name, content in files.items() if isinstance(files, dict) else files:
            packed.writestr(name, content)
    return target.getvalue()


def send(visitor, content, name="desk.zip"):
    visitor.get(DRAFT)
    return visitor.post(f"{DRAFT}/folder", folder=(io.BytesIO(content), name), **fields(visitor))


def contents(answer):
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.mark.feature("O1")
def test_a_folder_goes_down_and_comes_back_up_as_it_was(desk, olga):
    answer = olga.get(f"{DRAFT}/folder.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    assert "desk-draft.zip" in answer.headers["Content-Disposition"]
    assert contents(answer) == {f"desk/{path}": content for path, content in FILES.items()}
    assert send(olga, answer.data).status_code == 303
    assert stored(desk).files == {path: content.decode() for path, content in FILES.items()}
    assert stored(desk).counter == 1


@pytest.mark.feature("O1")
def test_a_version_goes_down_whole(olga):
    answer = olga.get("/studio/desk/versions/1/folder.zip")
    assert contents(answer)["desk/process.bpmn"].decode() == DIAGRAM
    assert olga.get("/studio/desk/versions/9/folder.zip").status_code == 404
    assert olga.get("/studio/nothing/draft/folder.zip").status_code == 404


@pytest.mark.feature("O1")
def test_an_uploaded_folder_takes_the_place_of_the_draft(desk, olga):
    files = {
        "new/desk.bpmn": THREE, "new/process.yaml": "title: New\n",
        "new/look.form": FILES["forms/look.form"],
        "new/scenarios/a.yaml": "title: A\n", "new/read-me.md": "# New\n",
        "__MACOSX/new/._desk.bpmn": "x", "new/.DS_Store": "x",
    }  # fmt: skip
    answer = send(olga, zipped(files))
    assert answer.status_code == 303
    assert sorted(stored(desk).files) == [
        "README.md", "forms/look.form", "process.bpmn", "process.yaml", "scenarios/a.yaml",
    ]  # fmt: skip
    assert stored(desk).files["process.bpmn"] == THREE
    assert "The draft is now the folder you uploaded: 5 files." in words(olga.get(DRAFT))


@pytest.mark.feature("O1")
def test_another_tool_s_diagram_in_a_folder_is_converted(desk, olga):
    content = (MODELS / "import" / "camunda7.bpmn").read_bytes()
    assert send(olga, zipped({"camunda7.bpmn": content})).status_code == 303
    assert "Converted 13 settings of another tool" in words(olga.get(DRAFT))
    assert "camunda:" not in stored(desk).files["process.bpmn"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"../process.bpmn": DIAGRAM}, "outside the folder"),
        ({"a/../../process.bpmn": DIAGRAM}, "outside the folder"),
        ({"/process.bpmn": DIAGRAM}, "outside the folder"),
        ({"C:\\process.bpmn": DIAGRAM}, "outside the folder"),
        ({"process.bpmn": DIAGRAM, "deep/forms/look.form": "{}"}, "no file of a process folder"),
        ({"process.bpmn": DIAGRAM, "forms/run.exe": "MZ"}, "no file of a process folder"),
        ({"process.bpmn": DIAGRAM, "run.exe": "MZ"}, "“run.exe” was not taken"),
        ({"process.bpmn": DIAGRAM, "other.bpmn": DIAGRAM}, "Two files would be process.bpmn"),
        ({"process.bpmn": DIAGRAM, "forms/look.form": "{"}, "“look.form” was not taken"),
        ({"process.bpmn": DIAGRAM[:-200]}, "cannot be read at line"),
        ({"process.bpmn": DIAGRAM, "t.dmn": "<x/>", "process.yaml": "a: ["}, "“t.dmn” was not"),
        ({"process.bpmn": b"\xff\xfe"}, "not UTF-8"),
        ({"process.yaml": "title: A\n"}, "has no diagram"),
        ({}, "has no diagram"),
        ({"process.bpmn": b" " * 2_000_001}, "too large"),
        ({f"scenarios/{n}.yaml": "a: 1" for n in range(501)}, "more than 500 files"),
        ({f"scenarios/{n}.yaml": b" " * 1_900_000 for n in range(6)}, "too large"),
    ],
)  # fmt: skip
def test_a_bad_folder_is_refused_and_nothing_of_it_is_kept(desk, olga, files, said):
    answer = send(olga, zipped(files))
    assert answer.status_code == 422
    [(href, text)] = summary(answer)
    assert href == "#folder"
    assert said in text
    assert stored(desk).counter == 0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip", zipped(FILES)[:-30]])
def test_what_is_no_zip_is_refused(desk, olga, content):
    assert send(olga, content).status_code == 422
    assert "cannot be read as a zip file" in words(olga.at)
    olga.get(DRAFT)
    assert olga.post(f"{DRAFT}/folder", **fields(olga)).status_code == 422
    assert summary(olga.at) == [("#folder", "Choose the zip file to upload.")]
    assert stored(desk).counter == 0


def test_a_damaged_entry_a_second_of_a_name_and_a_password_are_refused():
    good = zipped({"process.bpmn": DIAGRAM})
    damaged = good[:60] + bytes(b ^ 255 for b in good[60:120]) + good[120:]
    locked = bytearray(good)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[good.index(mark) + at] |= 1
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = zipped([("process.bpmn", DIAGRAM), ("process.bpmn", THREE)])
    for content in (damaged, bytes(locked), twice):
        with pytest.raises(InvalidInput):
            packing.unpack(content)


def test_a_link_in_a_zip_is_only_its_text():
    link = zipfile.ZipInfo("process.bpmn")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert packing.unpack(zipped([(link, "/etc/passwd")])) == {"process.bpmn": b"/etc/passwd"}


@pytest.mark.parametrize("key", ["gateway", "prevent_case"])
def test_packing_twice_gives_the_same_bytes(key):
    files = folder(PROCESSES / key)
    packed = packing.pack(key, files)
    assert packing.pack(key, files) == packed
    assert packing.unpack(packed) == files


@pytest.mark.feature("O2")
def test_a_folder_over_a_newer_draft_is_refused_and_shows_what_differs(desk, olga):
    olga.get(DRAFT)
    mine = fields(olga)
    olga.post(DRAFT, diagram=THREE, **mine)
    content = zipped({**FILES, "README.md": b"# Mine\n"})
    answer = olga.post(f"{DRAFT}/folder", folder=(io.BytesIO(content), "desk.zip"), **mine)
    assert answer.status_code == 409
    assert "Your README.md" in words(answer)
    assert "Your forms/look.form" not in words(answer)
    assert stored(desk).files["process.bpmn"] == THREE


def test_only_owners_upload_a_folder(visit, olga):
    for username in ("ann", "cat"):
        assert visit(username).get(f"{DRAFT}/folder.zip").status_code == 403
        assert visit(username).post(f"{DRAFT}/folder").status_code == 403
