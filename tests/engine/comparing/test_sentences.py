"""What a comparison says of each kind of change: exact sentences."""

from __future__ import annotations

import pytest

from engine.comparing import compare
from tests.engine.comparing.sample import FOLDER, changed
from tests.factories import PROCESSES, folder

D, F, T, S = "process.bpmn", "forms/ask.form", "level.dmn", "process.yaml"
ASK, LEVEL = "“Ask for it”", "“Level”"
OF = f"of the form of {ASK}"
FIVE = "<bpmn:timeDate>add working days(today(), 5)"
KINDS = [
    (D, FIVE, "<bpmn:timeDate>add working days(today(), 3)",
     ["The reminder “Chase the answer” moves from 5 to 3 working days."]),
    (D, "P30D", "P2W", ["The deadline “Too late” moves from 30 days to 2 weeks."]),
    (D, "P30D", "next_review", ["The deadline “Too late” moves from 30 days to “next_review”."]),
    (D, "<bpmn:timeDuration>P30D</bpmn:timeDuration>", "<bpmn:timeDate>P30D</bpmn:timeDate>",
     ["The deadline “Too late” reads “P30D” as a date, not as a length of time."]),
    (D, ' cancelActivity="false"', "",
     ["The deadline “Chase the answer” now stops what it stands on."]),
    (D, 'attachedToRef="ask" cancelActivity', 'attachedToRef="agree" cancelActivity',
     ["The reminder “Chase the answer” stands on “Agree to it” instead of “Ask for it”."]),
    (D, 'name="Ask for it"', 'name="Ask again"',
     ["The task “Ask for it” is renamed “Ask again”."]),
    (D, '<bpmn:userTask id="agree" name="Agree to it" />',
     '<bpmn:userTask id="agree" name="Agree to it" /><bpmn:userTask id="new" name="Look" />',
     ["The task “Look” is added."]),
    (D, '<bpmn:endEvent id="done" name="Done" />', "", ["The end “Done” is removed."]),
    (D, '<bpmn:userTask id="agree" name="Agree to it" />',
     '<bpmn:manualTask id="agree" name="Agree to it" /><bpmn:boundaryEvent id="b" name="B" '
     'attachedToRef="agree"><bpmn:signalEventDefinition /></bpmn:boundaryEvent>',
     ["The event on the edge “B” is added on “Agree to it”.",
      "The task “Agree to it” becomes a task without a form."]),
    (D, '<bpmn:lane id="lane_boss" name="boss">',
     '<bpmn:lane id="lane_boss" name="clerk">',
     ["The role of 2 steps changes: the lane “Boss” becomes “Clerk”."]),
    (D, "<bpmn:flowNodeRef>which</bpmn:flowNodeRef>\n      </bpmn:lane>\n"
     '      <bpmn:lane id="lane_boss" name="boss">',
     '</bpmn:lane>\n      <bpmn:lane id="lane_boss" name="boss">\n'
     "        <bpmn:flowNodeRef>which</bpmn:flowNodeRef>",
     ["The choice “How much?” moves from the lane “Worker” to “Boss”."]),
    (D, '<bpmn:sequenceFlow id="f3" sourceRef="agree" targetRef="done" />', "",
     ["The way from “Agree to it” to “Done” is removed."]),
    (D, '<bpmn:sequenceFlow id="f3"', '<bpmn:sequenceFlow id="f4" sourceRef="note" '
     'targetRef="done" /><bpmn:sequenceFlow id="f3"',
     ["The way from “Note it” to “Done” is added."]),
    (D, 'name="Much"', 'name="A lot"',
     ["The way from “How much?” to “Agree to it” is named “A lot” instead of “Much”."]),
    (D, 'sourceRef="agree" targetRef="done"', 'sourceRef="agree" targetRef="note"',
     ["The way from “Agree to it” to “Done” leads to “Note it” instead of “Done”."]),
    (D, "amount &gt; 100", "amount &gt; 200",
     ["The way “Much” from “How much?” to “Agree to it” is taken when “amount > 200”, not when "
      "“amount > 100”."]),
    (D, 'default="little"', 'default="much"',
     ["When none fits, the choice “How much?” goes the way “Much” from “How much?” to “Agree to "
      "it” instead of the way “Little” from “How much?” to “Done”."]),
    (D, 'name="assignee" value="first_asker"', 'name="assignee" value="second_asker"',
     [f"The person it is given to of the task {ASK} changes from “first_asker” to "
      "“second_asker”."]),
    (D, 'value="add working days(today(), 5)"', 'value="add working days(today(), 2)"',
     [f"The time to do the task {ASK} moves from 5 to 2 working days."]),
    (D, '<spiffworkflow:property name="due" value="add working days(today(), 5)" />', "",
     [f"The time to do the task {ASK} is removed. It was 5 working days."]),
    (D, '<spiffworkflow:property name="stage" value="Look" />',
     '<spiffworkflow:property name="stage" value="Agree" />',
     [f"The stage of the task {ASK} changes from “Look” to “Agree”."]),
    (D, '<spiffworkflow:property name="stage" value="Look" />',
     '<spiffworkflow:property name="stage" value="Look" />'
     '<spiffworkflow:property name="protected" value="true" />',
     [f"The task {ASK} is now protected."]),
    (D, 'value="Ask them"', 'value="Ask her"',
     [f"The title of the task {ASK} changes from “Ask them” to “Ask her”."]),
    (D, "Read it twice.", "Read it once.",
     [f"The guidance of the task {ASK} changes from “Read it twice.” to “Read it once.”."]),
    (D, 'messageRef="answered_message"', 'messageRef="returned_message"',
     ["The message of the wait “Wait for the answer” changes from “answered” to “returned”."]),
    (D, '<bpmn:messageEventDefinition id="wait_event" messageRef="answered_message" />',
     "<bpmn:timerEventDefinition><bpmn:timeDuration>P3D</bpmn:timeDuration>"
     "</bpmn:timerEventDefinition>",
     ["The wait “Wait for the answer” is about a date (3 days) instead of a message."]),
    (D, 'name="answered"', 'name="replied"', ["The message “answered” is renamed “replied”."]),
    (D, "'\"Hello\"'", "'\"Dear all\"'",
     ["What the service step “Tell them” gives as “subject” changes from “\"Hello\"” to "
      "“\"Dear all\"”."]),
    (D, 'name="attempts" value="5"', 'name="attempts" value="3"',
     ["The number of attempts of the service step “Tell them” changes from “5” to “3”."]),
    (D, 'calledElement="checking"', 'calledElement="vetting"',
     ["The process called of the called process “Have it checked” changes from “checking” to "
      "“vetting”."]),
    (D, "{noted: true}", "{noted: false}",
     ["The script of the script “Note it” changes from “{noted: true}” to “{noted: false}”."]),
    (D, ">level</spiff", ">other</spiff",
     ["The decision asked of the decision “Work out the level” changes from “level” to “other”."]),
    (D, 'isExecutable="true"', 'isExecutable="false"',
     ["The setting “@isExecutable” of the process “Asking” changes from “true” to “false”."]),
    (D, 'Bounds x="190"', 'Bounds x="191"', ["Only the drawing: “Ask for it” lies elsewhere."]),
    (D, 'id="ask" name="Ask for it"', 'name="Ask for it" id="ask"',
     ["The file “process.bpmn” is written another way (spaces, order or line ends); nothing it "
      "says changes."]),
    (F, '"label": "Amount"', '"label": "How much?"',
     [f"The question “Amount” {OF} now reads “How much?”."]),
    (F, '{"type": "text", "id": "hello", "text": "Please look."},',
     '{"type": "number", "key": "more", "label": "More"},',
     [f"The form of {ASK} loses the text “Please look.”.",
      f"The form of {ASK} gains the question “More”."]),
    (F, '"validate": {"required": true, "max": 500}', '"validate": {"max": 500}',
     [f"The question “Amount” {OF} may now be left empty."]),
    (F, '"max": 500', '"max": 800',
     [f"The highest value of the question “Amount” {OF} changes from “500” to “800”."]),
    (F, '{"value": "old", "label": "Old"}', '{"value": "old", "label": "Used"}',
     [f"The question “Which kind?” {OF} words the choice “Old” as “Used”."]),
    (F, ', {"value": "old", "label": "Old"}', "",
     [f"The question “Which kind?” {OF} loses the choice “Old”."]),
    (F, '{"value": "new", "label": "New"}, {"value": "old", "label": "Old"}',
     '{"value": "old", "label": "Old"}, {"value": "new", "label": "New"}',
     [f"The question “Which kind?” {OF} offers its choices in another order: “Old” and “New”."]),
    (F, '"hide": "amount < 10"', '"hide": "amount < 20"',
     [f"The condition that hides the question “Why?” {OF} changes from “amount < 10” to "
      "“amount < 20”."]),
    (F, '"class": "special"', '"class": "special", "neverDecides": "true"',
     [f"The question “Which kind?” {OF} may never decide anything."]),
    (F, '"type": "textarea"', '"type": "textfield"',
     [f"The question “Why?” {OF} asks for a short text instead of a long text."]),
    (F, "{", "", ["The file “forms/ask.form” cannot be read in one of the two; its lines are "
                  "below."]),
    (T, "UNIQUE", "FIRST",
     [f"The hit policy of {LEVEL} changes from “UNIQUE” to “FIRST”: the first rule that fits "
      "instead of only one rule fits."]),
    (T, '"high"', '"higher"',
     [f"In rule 1 of {LEVEL}, “Level” is “\"higher\"” instead of “\"high\"”."]),
    (T, '<rule id="r2"><inputEntry id="i2"><text>false</text></inputEntry>'
     '<outputEntry id="o2"><text>"low"</text></outputEntry></rule>', "",
     [f"Rule 2 of {LEVEL} is removed: “Under 18” false, “Level” \"low\"."]),
    (T, "</rule>\n    </decisionTable>", "</rule><rule id=\"r3\"><inputEntry id=\"i3\"><text>-"
     "</text></inputEntry><outputEntry id=\"o3\"><text>\"none\"</text></outputEntry></rule>\n"
     "    </decisionTable>",
     [f"Rule 3 of {LEVEL} is added: “Under 18” -, “Level” \"none\"."]),
    (T, 'label="Under 18"', 'label="Child"',
     [f"The heading of the input column “Child” of {LEVEL} changes from “Under 18” to “Child”."]),
    (T, "<text>is_child</text>", "<text>is_minor</text>",
     [f"The expression of the input column “Under 18” of {LEVEL} changes from “is_child” to "
      "“is_minor”."]),
    (T, "A child", "A young person",
     [f"The note of rule 1 of {LEVEL} changes from “A child” to “A young person”."]),
    (S, "title: Asking", "title: Asking nicely",
     ["The title changes from “Asking” to “Asking nicely”."]),
    (S, "stages: [Look, Agree]", "stages: [Agree, Look, After]",
     ["The list of stages gains “After”.",
      "The list of stages stands in another order: “Agree”, “Look” and “After”."]),
    (S, "start: [anyone]", "start: [worker]",
     ["The list of who may start it loses “anyone”.",
      "The list of who may start it gains “worker”."]),
    (S, "minimum: 5", "minimum: 9", ["“minimum” in the figures changes from “5” to “9”."]),
    (S, "label: How much", "label: Amount",
     ["“label” in “Amount” in the summary of a case changes from “How much” to “Amount”."]),
    ("README.md", "How to ask.", "How to ask well.",
     ["The read-me changes: 1 line added and 1 line removed."]),
    ("scenarios/whole.yaml", "  - task: ask\n", "",
     ["The scenario “The whole course” changes: 1 line removed."]),
]  # fmt: skip


@pytest.mark.feature("O5")
@pytest.mark.feature("N13")
@pytest.mark.parametrize(("path", "old", "new", "sentences"), KINDS, ids=lambda v: str(v)[:40])
def test_each_kind_of_change_has_its_sentence(path, old, new, sentences):
    found = compare(FOLDER, changed(path, old, new) if old != "{" else {**FOLDER, path: b"[,"})
    assert [change.words for change in found.changes] == sentences
    assert {change.file for change in found.changes} == {path}
    assert [file.path for file in found.files] == [path]


@pytest.mark.feature("N13")
def test_a_label_and_a_timer_changed_are_two_sentences():
    files = changed("process.bpmn", FIVE, FIVE.replace("5", "3"))
    files["process.bpmn"] = files["process.bpmn"].replace(b"Agree to it", b"Agree with it")
    assert [change.words for change in compare(FOLDER, files).changes] == [
        "The reminder “Chase the answer” moves from 5 to 3 working days.",
        "The task “Agree to it” is renamed “Agree with it”.",
    ]


def test_the_same_folder_has_nothing_to_say():
    found = compare(FOLDER, dict(FOLDER))
    assert (found.changes, found.files, found.parts) == ((), (), ())


def test_whole_files_are_added_and_removed_by_what_they_are():
    less = {path: content for path, content in FOLDER.items() if path == "process.bpmn"}
    gone = [change.words for change in compare(FOLDER, less).changes]
    assert gone == [
        "The read-me is removed.",
        "The form of “Ask for it” is removed.",
        "The file “level.dmn” is removed.",
        "The file “process.yaml” is removed.",
        "The scenario “The whole course” is removed.",
    ]
    came = [change.words for change in compare(less, FOLDER).changes]
    assert came == [words.replace("removed", "added") for words in gone]


@pytest.mark.feature("O4")
def test_marks_stand_on_the_drawing_that_shows_them():
    files = changed("process.bpmn", '<bpmn:endEvent id="done" name="Done" />',
                    '<bpmn:userTask id="new" name="New" />')  # fmt: skip
    files["forms/ask.form"] = files["forms/ask.form"].replace(b"Amount", b"Sum")
    files["level.dmn"] = files["level.dmn"].replace(b"UNIQUE", b"FIRST")
    found = compare(FOLDER, files)
    assert found.marks(old=True) == {"done": "removed", "ask": "changed", "decide": "changed"}
    assert found.marks(old=False) == {"new": "added", "ask": "changed", "decide": "changed"}


@pytest.mark.feature("O5")
@pytest.mark.parametrize("key", sorted(p.parent.name for p in PROCESSES.glob("*/process.bpmn")))
def test_every_process_reads_when_it_is_compared_with_a_changed_copy(key):
    before = folder(PROCESSES / key)
    after = {path: _changed_everywhere(path, content) for path, content in before.items()}
    found = compare(before, after)
    assert {change.file for change in found.changes} == {
        path for path in before if before[path] != after[path]
    }
    for change in found.changes:
        assert change.words.endswith((".", "”.")), change
        assert "None" not in change.words
        assert change.words[0].isupper() or change.words[0] == "“", change


def _changed_everywhere(path: str, content: bytes) -> bytes:
    for old, new in ((b'name="Decide', b'name="Settle'),
                     (b"days(today(), 5)", b"days(today(), 4)"),
                     (b"P30D", b"P20D"), (b'"required": true', b'"required": false'),
                     (b"UNIQUE", b"FIRST"), (b"title: ", b"title: New ")):  # fmt: skip
        content = content.replace(old, new)
    return content
