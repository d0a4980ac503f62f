"""A decision table is written back into its file, and the rest of the file stays byte for byte."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import dmn
from engine.dmn import texts, writing
from engine.dmn.editing import InputText, OutputText, RuleText, TableText, changed
from tests.factories import PROCESSES

FILES = sorted(PROCESSES.glob("*/*.dmn"))
NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
FILE = f"""<?xml version="1.0"?>
<!-- head --><?tool keep?>
<d:definitions xmlns:d="{NAMESPACE}" xmlns:x="urn:x" name="n" namespace="urn:n">
  <d:decision id="first" name="First"><d:decisionTable>
    <d:output name="a"/></d:decisionTable></d:decision>
  <d:decision id="it" name="It">
    <d:decisionTable id="t" x:mark="a > b" preferredOrientation="Rule-as-Row"
      hitPolicy="COLLECT" aggregation="SUM">
      <d:extensionElements><x:thing/></d:extensionElements>
      <d:input><d:inputExpression><d:text>age</d:text></d:inputExpression></d:input>
      <d:input id="b"><d:inputExpression><d:text>b</d:text></d:inputExpression></d:input>
      <d:output id="o" name="o"/>
      <d:annotation name="Why"/>
      <!-- one -->
      <d:rule><d:inputEntry><d:text><![CDATA[< 1]]></d:text></d:inputEntry>
        <d:inputEntry id="r1b"><d:text>-</d:text></d:inputEntry>
        <d:outputEntry><d:text>1</d:text></d:outputEntry>
        <d:annotationEntry><d:text>because</d:text></d:annotationEntry></d:rule>
      <!-- last -->
    </d:decisionTable>
  </d:decision>
  <x:drawing at="1"   />
</d:definitions>
""".encode()


@pytest.mark.feature("O29")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_not_changed_reads_as_before(path):
    source = path.read_bytes()
    for name in texts.tables_in(source):
        table = texts.table_of(source, name)
        made = writing.write(source, name, table)
        assert texts.table_of(made, name) == table
        assert writing.write(made, name, table) == made
        before, after = dmn.read(source), dmn.read(made)
        assert before.decisions.keys() == after.decisions.keys()


@pytest.mark.feature("O29")
def test_only_the_table_is_written_anew():
    table = texts.table_of(FILE, "it")
    made = writing.write(FILE, "it", replace(table, rules=(replace(table.rules[0], note="N"),)))
    start, end = FILE.index(b"<d:decisionTable id"), FILE.rindex(b"</d:decisionTable>")
    assert made.startswith(FILE[:start])
    assert made.endswith(FILE[end:])
    inside = made[start:].decode()
    for kept in (
        'x:mark="a &gt; b"', "<x:thing/>", '<d:annotation name="Why"/>', "<!-- one -->", 'id="r1b"',
        "<!-- last -->", "because", "<d:description>N</d:description>", 'aggregation="SUM"',
    ):  # fmt: skip
        assert kept in inside
    assert "xmlns" not in inside
    assert inside.index("<!-- one -->") < inside.index("<d:rule") < inside.index("<!-- last -->")


@pytest.mark.feature("O29")
def test_moved_rules_and_removed_columns_keep_their_own_cells():
    table = changed(changed(texts.table_of(FILE, "it"), "copy-rule:1"), "remove-input:1")
    rules = (replace(table.rules[1], tests=("> 5",)), table.rules[0])
    made = writing.write(FILE, "it", replace(table, rules=rules))
    again = texts.table_of(made, "it")
    assert [rule.tests for rule in again.rules] == [("> 5",), ("-",)]
    assert made.index(b"&gt; 5") < made.index(b'id="r1b"') < made.index(b"because")


@pytest.mark.feature("O29")
def test_a_whole_table_is_written_into_an_empty_one():
    table = TableText(
        "FIRST", "", (InputText("", "Age", "age", "number", "[0..120]"),),
        (OutputText("", "Size", "size", "string", '"s", "l"', '"l"'),),
        (RuleText("", ("< 12",), ('"s"',), "Small & <young>"), RuleText("", ("",), ("",), "")),
    )  # fmt: skip
    made = writing.write(writing.empty("size", 'A "size" & <more>'), "size", table)
    model = dmn.read(made)
    assert model.find("size").name == 'A "size" & <more>'
    assert model.decide("size", {"age": 5}).value == "s"
    assert [rule.tests for rule in texts.table_of(made, "size").rules] == [("< 12",), ("-",)]
    assert texts.places(made, "size")["size_inputEntry_1"] == "rule-1-in-1"


def test_there_is_nothing_to_write_without_the_table():
    with pytest.raises(KeyError):
        writing.write(FILE, "nothing", TableText())
    assert texts.table_of(FILE, "nothing") is None
    assert texts.tables_in(FILE) == ["first", "it"]
