"""Whatever changes anywhere in a folder is told: no file, no setting goes without a sentence."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.comparing import compare
from tests.engine.comparing.sample import FOLDER
from tests.factories import PROCESSES, folder

WORD = "zqx"  # a word that no folder has
BEFORE = {"sample": FOLDER, **{k: folder(PROCESSES / k) for k in ("gateway", "seek_consent")}}
NOTHING = "nothing it says changes"


def xml_leaves(root):
    """(node, attribute name or None for its text) of everything written in an XML file."""
    for node in root.iter():
        if isinstance(node.tag, str):
            yield from ((node, name) for name in node.attrib)
            if (node.text or "").strip():
                yield node, None


def in_xml(content, pick, how):
    root = etree.fromstring(content)
    node, name = pick(list(xml_leaves(root)))
    if how == "gone" and node.getparent() is not None:
        node.getparent().remove(node)
    elif name is None:
        node.text = WORD
    else:
        node.set(name, WORD)
    return etree.tostring(root)


def plain_leaves(value):
    """(holder, its key or index) of everything written in JSON or YAML."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in list(pairs):
        yield value, key
        if isinstance(one, dict | list):
            yield from plain_leaves(one)


def in_plain(value, pick, how):
    holder, key = pick(list(plain_leaves(value)))
    if how == "gone":
        del holder[key]
    else:
        holder[key] = WORD
    return value


def mutated(path, content, pick, how):
    if path.endswith((".bpmn", ".dmn")):
        return in_xml(content, pick, how)
    if path.endswith(".form"):
        return json.dumps(in_plain(json.loads(content), pick, how)).encode()
    if path.endswith(".yaml"):
        return yaml.safe_dump(in_plain(yaml.safe_load(content), pick, how)).encode()
    return content + WORD.encode()


def rewritten(path, content):
    """The same said in the bytes that a mutation writes."""
    return mutated(path, content, lambda leaves: ({}, None), "same")


@pytest.mark.feature("O5")
@pytest.mark.feature("N13")
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_every_mutation_of_a_folder_has_a_sentence(data):
    before = dict(BEFORE[data.draw(st.sampled_from(sorted(BEFORE)))])
    after = dict(before)
    paths = st.lists(st.sampled_from(sorted(before)), min_size=1, max_size=3, unique=True)
    for path in data.draw(paths):
        how = data.draw(st.sampled_from(["gone", "set"]))
        after[path] = mutated(
            path, before[path], lambda all_: data.draw(st.sampled_from(all_)), how
        )
    found = compare(before, after)
    told = {}
    for change in found.changes:
        told.setdefault(change.file, []).append(change.words)
    assert set(told) == {path for path in before if before[path] != after[path]}
    for path, words in told.items():
        assert not any(NOTHING in one for one in words) or only_repeated(path, before, after), words


def only_repeated(path, before, after):
    """What is said twice in a file (a step's list of its ways) tells nothing when it goes."""
    if not path.endswith(".bpmn"):
        return False
    bare = [etree.fromstring(files[path]) for files in (before, after)]
    for root in bare:
        for node in [n for n in root.iter() if isinstance(n.tag, str)]:
            name = etree.QName(node).localname
            if name in ("incoming", "outgoing") or "BPMNDiagram" in name or name == "property":
                node.getparent().remove(node)
    texts = [" ".join(etree.tostring(root).decode().split()) for root in bare]
    return texts[0] == texts[1]


@pytest.mark.parametrize("how", ["set", "gone"])
def test_each_setting_of_a_diagram_alone_is_told(how):
    before = BEFORE["sample"]
    source = before["process.bpmn"]
    untold = []
    for number in range(len(list(xml_leaves(etree.fromstring(source))))):
        at = []

        def pick(leaves, number=number, at=at):
            at.append(leaves[number])
            return leaves[number]

        changed = in_xml(source, pick, how)
        node, name = at[0]
        if etree.QName(node).localname in ("incoming", "outgoing"):
            continue
        words = [c.words for c in compare(before, {**before, "process.bpmn": changed}).changes]
        if not words or any(NOTHING in one for one in words):
            untold.append((node.tag, name, words))
    assert untold == []
