"""The studio through its pages: reading processes, a draft, its findings, files, publishing."""

from __future__ import annotations

import io
import re

import pytest

from engine.access import SYSTEM
from engine.commands import deployments, drafts
from engine.queries.studio.processes import process_page
from tests.factories import MODELS
from tests.web.conftest import DESK, title, words

DIAGRAM = (DESK / "process.bpmn").read_text()
THREE = DIAGRAM.replace("today(), 2)", "today(), 3)")
WRONG = DIAGRAM.replace("add working days(today(), 2)", "add working days(today(),")
REASON = "Two days were too few."
WRITES = ("check", "repair", "upload", "discard")


def fields(visitor):
    """The hidden fields of the page last read: which state of the draft it shows."""
    text = visitor.at.text
    return {
        name: re.search(rf'name="{name}" value="(\d*)"', text)[1] for name in ("counter", "base")
    }


def save(visitor, diagram=THREE, **more):
    visitor.get("/studio/desk/draft")
    return visitor.post("/studio/desk/draft", diagram=diagram, **{**fields(visitor), **more})


def upload(visitor, name, content, key="desk"):
    visitor.get(f"/studio/{key}/draft")
    file = (io.BytesIO(content), name)
    return visitor.post(f"/studio/{key}/draft/upload", file=file, **fields(visitor))


def ask(visitor, reason=REASON, **more):
    """As somebody does who has tested nothing, and says so."""
    untested = {"untested": "yes", "untested_why": "The desk has no scenarios yet."}
    visitor.get("/studio/desk/draft")
    counter = fields(visitor)["counter"]
    return visitor.post(
        "/studio/desk/publish", reason=reason, counter=counter, **{**untested, **more}
    )


def decide(visitor, decision, note="Looked at both drawings."):
    """As the page before publishing sends it."""
    page = visitor.get("/studio/desk/publish").text
    number = re.search(r'action="/studio/desk/publish/(\d+)"', page)[1]
    return visitor.post(f"/studio/desk/publish/{number}", decision=decision, note=note)


def publish(owners, visitor):
    """What this owner saved, approved by Ada."""
    assert ask(visitor).status_code == 303
    assert decide(owners("ada"), "approve").status_code == 303


def stored(desk, key="desk"):
    with desk.database.reading() as db:
        return drafts.draft_of(db, key)


def versions(desk):
    with desk.database.reading() as db:
        page = process_page(db, desk_owner(desk), "desk")
    return [line.version for line in page.versions]


def desk_owner(desk):
    from engine.access import load_actor

    with desk.database.reading() as db:
        return load_actor(db, desk.run.people["olga"])


def summary(answer):
    """The error summary's (address, words)."""
    found = re.search(r'class="govuk-error-summary__body">(.*?)</ul>', answer.text, re.DOTALL)
    links = re.findall(r'<a href="([^"]+)">\s*(.*?)\s*</a>', found[1], re.DOTALL) if found else []
    return [(href, " ".join(text.split())) for href, text in links]


# --- reading


def test_the_list_counts_open_cases_and_says_who_has_a_draft(desk, olga):
    desk.start()
    page = words(olga.get("/studio"))
    assert "Desk 1" in page
    assert page.count("None") == 1
    save(olga)
    assert "Saved by Olga Example: draft of Desk" in words(olga.get("/studio"))


def test_an_approver_reads_but_is_led_to_no_draft(owners, olga):
    save(olga)
    ada = owners("ada")
    assert "Saved by Olga Example" in words(ada.get("/studio"))
    assert "/studio/desk/draft" not in ada.at.text
    page = ada.get("/studio/desk")
    assert page.status_code == 200
    assert "/studio/desk/draft" not in page.text
    assert ada.get("/studio/desk/draft").status_code == 403


def test_a_process_page_shows_its_diagram_versions_and_files(desk, olga):
    desk.start()
    page = olga.get("/studio/desk")
    assert title(page).startswith("Desk – Studio – Waymark")
    assert "<svg" in page.text
    assert "Asks for something and has it looked at." in words(page)
    assert "Look at it" in page.text
    file = olga.get("/studio/desk/versions/1/process.bpmn")
    assert file.data.decode() == DIAGRAM
    assert "desk.bpmn" in file.headers["Content-Disposition"]
    assert olga.get("/studio/desk/versions/1/forms/look.form").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/studio/nothing", "/studio/nothing/draft", "/studio/nothing/draft/files/process.bpmn",
        "/studio/desk/draft/files/nothing.form", "/studio/desk/versions/9/process.bpmn",
        "/studio/desk/versions/1/nothing.form", "/studio/desk/versions/1/../../secret.key",
        "/studio/nothing/versions/1/process.bpmn",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(olga, path):
    assert olga.get(path).status_code == 404


@pytest.mark.parametrize(
    "act", ["draft", "draft/check", "draft/repair", "draft/upload", "draft/discard"]
)
def test_nobody_saves_checks_or_uploads_for_a_process_that_is_not_there(desk, olga, act):
    file = (io.BytesIO(DIAGRAM.encode()), "process.bpmn")
    answer = olga.post(f"/studio/nothing/{act}", diagram=THREE, file=file)
    assert answer.status_code in (303, 404)
    assert olga.post("/studio/nothing/publish", reason=REASON).status_code in (404, 422)
    assert olga.get("/studio/nothing/publish").status_code == 404
    assert olga.get("/studio/nothing").status_code == 404


def test_only_owners_write(desk, owners):
    for username in ("ann", "cat", "kim", "ada"):
        visitor = owners(username)
        for act in ("draft", *(f"draft/{a}" for a in WRITES), "publish"):
            answer = visitor.post(f"/studio/desk/{act}", diagram=THREE, reason=REASON)
            assert answer.status_code == 403, (username, act)
    assert stored(desk).counter == 0
    assert versions(desk) == [1]


def test_no_page_of_the_studio_shows_a_case(desk, olga):
    reference = desk.start(wish="A red chair")
    save(olga)
    for path in ("/studio", "/studio/desk", "/studio/desk/draft"):
        text = olga.get(path).text
        assert reference not in text
        assert "A red chair" not in text


# --- the draft


@pytest.mark.feature("O1")
def test_a_draft_is_saved_whole_and_the_live_version_stays(desk, olga):
    answer = save(olga, THREE.replace("\n", "\r\n"), element="look")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/studio/desk/draft?element=look"
    page = olga.get(answer.headers["Location"])
    assert "Draft saved." in words(page)
    assert "Saved by Olga Example" in words(page)
    assert stored(desk).files["process.bpmn"] == THREE
    assert versions(desk) == [1]
    file = olga.get("/studio/desk/draft/files/process.bpmn")
    assert file.data.decode() == THREE


def test_a_drawing_that_cannot_be_read_is_refused_and_kept_on_the_page(desk, olga):
    broken = THREE.replace("</bpmn:process>", "")
    answer = save(olga, broken)
    assert answer.status_code == 422
    assert title(answer).startswith("Error: Draft of Desk")
    [(href, said)] = summary(answer)
    assert href == "#diagram"
    assert "cannot be read at line" in said
    assert "&lt;/bpmn:definitions&gt;" in answer.text
    assert "today(), 3)" in answer.text
    assert stored(desk).counter == 0


@pytest.mark.parametrize("diagram", ["", "Not XML", "<a/>", '<!DOCTYPE a SYSTEM "b"><a/>'])
def test_a_drawing_that_is_none_is_refused(desk, olga, diagram):
    answer = save(olga, diagram)
    assert answer.status_code == 422
    assert summary(answer)[0][0] == "#diagram"
    assert stored(desk).counter == 0


def test_too_large_a_drawing_is_refused(desk, olga):
    assert save(olga, THREE + " " * 2_000_001).status_code == 422
    assert "larger than 2 MB" in words(olga.at)
    assert save(olga, THREE + " " * 5_000_000).status_code == 413
    assert "too large" in words(olga.at)
    assert stored(desk).counter == 0


@pytest.mark.feature("O8")
def test_each_finding_names_its_element_in_words_and_links_to_it(desk, olga):
    save(olga, WRONG)
    page = olga.get("/studio/desk/draft")
    assert "1 error, 0 warnings. Errors stop publishing." in words(page)
    assert 'href="/studio/desk/draft?element=look"' in page.text
    assert re.search(r"Look at it look, line \d+ “Look at it” \(id look\), due:", words(page))


@pytest.mark.feature("O7")
@pytest.mark.feature("N3")
def test_what_cannot_run_is_refused_element_by_element_all_at_once(desk, olga):
    more = (
        '<bpmn:complexGateway id="weigh" name="Weigh it" />'
        '<bpmn:serviceTask id="fax" name="Fax it" />'
        '<bpmn:sequenceFlow id="x1" sourceRef="weigh" targetRef="fax" /></bpmn:process>'
    )
    save(olga, DIAGRAM.replace("</bpmn:process>", more))
    page = words(olga.get("/studio/desk/draft"))
    for name, element in (("Weigh it", "weigh"), ("Fax it", "fax")):
        assert re.search(rf"{name} {element}, line \d+", page), name
        assert f'href="/studio/desk/draft?element={element}"' in olga.at.text
    assert ask(olga).status_code == 422
    assert versions(desk) == [1]


@pytest.mark.feature("O6")
def test_a_drawing_is_checked_without_being_saved(desk, olga):
    answer = olga.post("/studio/desk/draft/check", diagram=WRONG)
    assert answer.status_code == 200
    assert "1 error, 0 warnings" in words(answer)
    assert "<html" not in answer.text
    assert "No findings" in words(olga.post("/studio/desk/draft/check", diagram=DIAGRAM))
    assert "cannot be read" in words(olga.post("/studio/desk/draft/check", diagram="<a>"))
    assert stored(desk).counter == 0


def test_another_process_in_this_one_s_place_is_a_finding(olga):
    other = DIAGRAM.replace('process id="desk"', 'process id="other"').replace(
        'bpmnElement="desk"', 'bpmnElement="other"'
    )
    save(olga, other)
    page = olga.get("/studio/desk/draft")
    assert 'data-severity="error"' in page.text
    answer = olga.post("/studio/desk/publish", reason=REASON, **fields(olga))
    assert answer.status_code == 422
    assert "This is another process" in words(answer)


# --- two owners


@pytest.mark.feature("O2")
def test_the_second_to_save_is_told_who_and_when_and_keeps_the_text(desk, owners, olga):
    otto = owners("otto")
    otto.get("/studio/desk/draft")
    mine = fields(otto)
    assert save(olga).status_code == 303
    four = DIAGRAM.replace("today(), 2)", "today(), 4)")
    answer = otto.post("/studio/desk/draft", diagram=four, **mine)
    assert answer.status_code == 409
    assert "Olga Example saved this draft in the meantime." in words(answer)
    assert re.search(r"It was \d+:\d\d[ap]m today\.", words(answer))
    assert "today(), 4)" in answer.text
    assert stored(desk).files["process.bpmn"] == THREE
    again = otto.post("/studio/desk/draft", diagram=four, **fields(otto))
    assert again.status_code == 303
    assert stored(desk).files["process.bpmn"] == four


def test_an_upload_over_a_newer_draft_is_refused_as_well(desk, owners, olga):
    otto = owners("otto")
    otto.get("/studio/desk/draft")
    mine = fields(otto)
    save(olga)
    file = (io.BytesIO(b"# Desk\n"), "README.md")
    answer = otto.post("/studio/desk/draft/upload", file=file, **mine)
    assert answer.status_code == 409
    assert "# Desk" in answer.text
    assert "README.md" not in stored(desk).files


def test_a_draft_that_was_published_meanwhile_is_not_made_anew(desk, owners, olga):
    save(olga)
    otto = owners("otto")
    otto.get("/studio/desk/draft")
    mine = fields(otto)
    publish(owners, olga)
    answer = otto.post("/studio/desk/draft", diagram=DIAGRAM, **mine)
    assert answer.status_code == 409
    assert "version 2 was published by Ada Example" in words(answer)
    first = owners("otto")
    answer = first.post("/studio/desk/draft", diagram=DIAGRAM, counter="0", base="1")
    assert answer.status_code == 409
    assert stored(desk).counter == 0


def test_nobody_publishes_or_discards_what_they_have_not_seen(desk, owners, olga):
    save(olga)
    otto = owners("otto")
    otto.get("/studio/desk/draft")
    mine = fields(otto)
    save(olga, DIAGRAM.replace("today(), 2)", "today(), 9)"))
    for act in ("publish", "draft/discard"):
        answer = otto.post(f"/studio/desk/{act}", reason=REASON, **mine)
        assert answer.status_code == 409, act
        assert "Olga Example saved this draft" in words(answer)
    assert versions(desk) == [1]
    assert stored(desk).counter == 2


def test_a_draft_behind_the_live_version_says_so(desk, olga):
    save(olga)
    files = {**deployments.folder_of(stored(desk).files), "process.bpmn": DIAGRAM.encode() + b"\n"}
    with desk.database.transaction() as db:
        deployments.deploy(db, {"desk": files}, actor=SYSTEM, reason="From the folder.")
    page = words(olga.get("/studio/desk/draft"))
    assert "Version 2 was published after this draft began from version 1." in page


# --- files


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("broken.bpmn", DIAGRAM.encode()[:-200], "cannot be read at line"),
        ("empty.bpmn", b"", "cannot be read"),
        ("page.bpmn", b"<html/>", "not a BPMN 2.0 diagram"),
        ("entity.bpmn", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        ("large.bpmn", DIAGRAM.encode() + b" " * 2_000_000, "larger than 2 MB"),
        ("latin.bpmn", DIAGRAM.replace("Desk", "D\xe9sk").encode("latin-1"), "not UTF-8"),
        ("table.dmn", b"<definitions>", ""),
        ("look.form", b'{"components": ', ""),
        ("process.yaml", b"title: [", "cannot be read at line"),
        ("tool.exe", b"MZ", "Choose one of: .bpmn"),
        ("bpmn", b"MZ", "Choose one of: .bpmn"),
        (".bpmn.exe", b"MZ", "Choose one of: .bpmn"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_by_name_and_the_draft_stays(desk, olga, name, content, said):
    before = save(olga) and stored(desk)
    answer = upload(olga, name, content)
    assert answer.status_code == 422
    assert title(answer).startswith("Error:")
    [(href, text)] = summary(answer)
    assert href == "#file"
    assert f"“{name}” was not taken" in text
    assert said in text
    assert stored(desk) == before


UNTYPED = DIAGRAM.replace("<bpmn:userTask ", "<bpmn:task ", 1).replace(
    "</bpmn:userTask>", "</bpmn:task>", 1
)


@pytest.mark.feature("O8")
def test_a_safe_repair_is_one_press_and_is_done_to_the_drawing_as_it_was_sent(desk, olga):
    save(olga, UNTYPED)
    page = olga.get("/studio/desk/draft").text
    name = re.search(r'name="repair" value="bpmn.task_without_type (\w+)"', page)[1]
    assert "Make it a user task" in page
    sent = {"repair": f"bpmn.task_without_type {name}", "diagram": UNTYPED.replace("2)", "4)")}
    answer = olga.post("/studio/desk/draft/repair", **sent, **fields(olga))
    assert answer.status_code == 303
    text = stored(desk).files["process.bpmn"]
    assert f'<bpmn:userTask id="{name}"' in text
    assert "today(), 4)" in text
    assert "Make it a user task: done" in words(olga.get("/studio/desk/draft"))


@pytest.mark.parametrize(
    "sent", [{}, {"repair": "bpmn.unreachable x"}, {"repair": "bpmn.not_executable nothing"}]
)
def test_what_cannot_be_repaired_says_so_and_keeps_what_was_drawn(desk, olga, sent):
    save(olga)
    before = stored(desk)
    olga.get("/studio/desk/draft")
    answer = olga.post("/studio/desk/draft/repair", diagram=WRONG, **sent, **fields(olga))
    assert answer.status_code == 422
    assert "add working days(today()," in answer.text
    assert stored(desk) == before


@pytest.mark.bpmn("Settings of other tools")
def test_a_diagram_of_another_tool_is_converted_as_it_is_uploaded_and_the_page_lists_it(desk, olga):
    content = (MODELS / "import" / "camunda7.bpmn").read_bytes()
    answer = upload(olga, "camunda7.bpmn", content)
    assert answer.status_code == 303
    text = words(olga.get("/studio/desk/draft"))
    assert "Converted 13 settings of another tool" in text
    assert "camunda:candidateGroups became “roles”" in text
    assert "camunda:" not in stored(desk).files["process.bpmn"]


def test_an_upload_without_a_file_asks_for_one(olga):
    olga.get("/studio/desk/draft")
    answer = olga.post("/studio/desk/draft/upload", **fields(olga))
    assert answer.status_code == 422
    assert summary(answer) == [("#file", "Choose the file to upload.")]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("desk.bpmn", "process.bpmn"), ("C:\\work\\process.bpmn", "process.bpmn"),
        ("../../process.bpmn", "process.bpmn"), ("read-me.md", "README.md"),
        ("look.form", "forms/look.form"), ("process.yaml", "process.yaml"),
        ("adult.yaml", "scenarios/adult.yaml"),
    ],
)  # fmt: skip
def test_a_good_file_goes_to_its_place(desk, olga, name, path):
    by_ending = {
        ".bpmn": THREE, ".form": (DESK / "forms/look.form").read_text() + "\n",
        ".yaml": "title: Another desk\n", ".md": "# Desk\n",
    }  # fmt: skip
    text = by_ending[name[name.rindex(".") :]]
    answer = upload(olga, name, b"\xef\xbb\xbf" + text.encode())
    assert answer.status_code == 303
    assert f"Uploaded into the draft as {path}." in words(olga.get("/studio/desk/draft"))
    after = stored(desk).files
    assert after[path] == text
    assert olga.get(f"/studio/desk/draft/files/{path}").data.decode() == text


def test_what_was_downloaded_can_be_uploaded_again(desk, olga):
    before = stored(desk).files
    for path in before:
        file = olga.get(f"/studio/desk/draft/files/{path}")
        name = re.search(r'filename="?([^";]+)', file.headers["Content-Disposition"])[1]
        assert upload(olga, name, file.data).status_code == 303
    assert stored(desk).files == before


# --- throwing away


def test_a_draft_is_thrown_away(desk, olga):
    save(olga)
    olga.get("/studio/desk/draft")
    answer = olga.post("/studio/desk/draft/discard", **fields(olga))
    assert answer.status_code == 303
    assert "The draft was thrown away." in words(olga.get(answer.headers["Location"]))
    assert stored(desk).files["process.bpmn"] == DIAGRAM
    assert versions(desk) == [1]
