"""A small folder with something of everything, to be changed in one place at a time."""

from __future__ import annotations

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
  xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
  xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"
  id="definitions" targetNamespace="urn:waymark:test">
  <bpmn:message id="answered_message" name="answered" />
  <bpmn:message id="returned_message" name="returned" />
  <bpmn:process id="asking" name="Asking" isExecutable="true">
    <bpmn:laneSet id="lanes">
      <bpmn:lane id="lane_worker" name="worker">
        <bpmn:flowNodeRef>asked</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>ask</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>chase</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>which</bpmn:flowNodeRef>
      </bpmn:lane>
      <bpmn:lane id="lane_boss" name="boss">
        <bpmn:flowNodeRef>agree</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>tell</bpmn:flowNodeRef>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="asked" name="Asked" />
    <bpmn:userTask id="ask" name="Ask for it">
      <bpmn:documentation>Why it is asked.</bpmn:documentation>
      <bpmn:extensionElements>
        <spiffworkflow:properties>
          <spiffworkflow:property name="title" value="Ask them" />
          <spiffworkflow:property name="assignee" value="first_asker" />
          <spiffworkflow:property name="due" value="add working days(today(), 5)" />
          <spiffworkflow:property name="stage" value="Look" />
        </spiffworkflow:properties>
        <spiffworkflow:instructionsForEndUser>Read it twice.</spiffworkflow:instructionsForEndUser>
      </bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:boundaryEvent id="chase" name="Chase the answer" attachedToRef="ask" cancelActivity="false">
      <bpmn:timerEventDefinition id="chase_timer">
        <bpmn:timeDate>add working days(today(), 5)</bpmn:timeDate>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:boundaryEvent id="late" name="Too late" attachedToRef="ask">
      <bpmn:timerEventDefinition id="late_timer">
        <bpmn:timeDuration>P30D</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:exclusiveGateway id="which" name="How much?" default="little" />
    <bpmn:userTask id="agree" name="Agree to it" />
    <bpmn:businessRuleTask id="decide" name="Work out the level">
      <bpmn:extensionElements>
        <spiffworkflow:calledDecisionId>level</spiffworkflow:calledDecisionId>
      </bpmn:extensionElements>
    </bpmn:businessRuleTask>
    <bpmn:intermediateCatchEvent id="wait" name="Wait for the answer">
      <bpmn:messageEventDefinition id="wait_event" messageRef="answered_message" />
    </bpmn:intermediateCatchEvent>
    <bpmn:serviceTask id="tell" name="Tell them">
      <bpmn:extensionElements>
        <spiffworkflow:properties>
          <spiffworkflow:property name="connector" value="email" />
          <spiffworkflow:property name="input.subject" value='"Hello"' />
          <spiffworkflow:property name="attempts" value="5" />
        </spiffworkflow:properties>
      </bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:callActivity id="call" name="Have it checked" calledElement="checking" />
    <bpmn:scriptTask id="note" name="Note it" scriptFormat="feel">
      <bpmn:script>{noted: true}</bpmn:script>
    </bpmn:scriptTask>
    <bpmn:endEvent id="done" name="Done" />
    <bpmn:sequenceFlow id="f1" sourceRef="asked" targetRef="ask" />
    <bpmn:sequenceFlow id="f2" sourceRef="ask" targetRef="which" />
    <bpmn:sequenceFlow id="much" name="Much" sourceRef="which" targetRef="agree">
      <bpmn:conditionExpression>amount &gt; 100</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="little" name="Little" sourceRef="which" targetRef="done" />
    <bpmn:sequenceFlow id="f3" sourceRef="agree" targetRef="done" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="asking">
      <bpmndi:BPMNShape id="ask_shape" bpmnElement="ask"><dc:Bounds x="190" y="78" width="100" height="80" /></bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="which_shape" bpmnElement="which"><dc:Bounds x="345" y="93" width="50" height="50" /></bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="f2_edge" bpmnElement="f2"><di:waypoint x="290" y="118" /><di:waypoint x="345" y="118" /></bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""  # noqa: E501  # a shape a line reads best

FORM = """{
 "schemaVersion": 18, "type": "default", "id": "ask",
 "components": [
  {"type": "text", "id": "hello", "text": "Please look."},
  {"type": "number", "key": "amount", "label": "Amount",
   "validate": {"required": true, "max": 500}},
  {"type": "radio", "key": "kind", "label": "Which kind?", "description": "Ask if unsure.",
   "values": [{"value": "new", "label": "New"}, {"value": "old", "label": "Old"}],
   "properties": {"class": "special"}},
  {"type": "textarea", "key": "why", "label": "Why?", "conditional": {"hide": "amount < 10"}}
 ]
}
"""

TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="Levels" namespace="urn:x">
  <decision id="level" name="Level">
    <variable id="level_variable" name="level" />
    <decisionTable id="level_table" hitPolicy="UNIQUE">
      <input id="in_1" label="Under 18"><inputExpression id="e1" typeRef="boolean"><text>is_child</text></inputExpression></input>
      <output id="out_1" name="level" label="Level" typeRef="string" />
      <rule id="r1"><description>A child</description><inputEntry id="i1"><text>true</text></inputEntry><outputEntry id="o1"><text>"high"</text></outputEntry></rule>
      <rule id="r2"><inputEntry id="i2"><text>false</text></inputEntry><outputEntry id="o2"><text>"low"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
"""  # noqa: E501  # a rule a line reads best

SETTINGS = """title: Asking
description: Asks for something.
reference: AS
start: [anyone]
role: worker
stages: [Look, Agree]
summary:
  - {field: amount, label: How much}
glossary: [{term: Wish, text: What somebody would like.}]
figures: {outcome: kind, minimum: 5}
"""

SCENARIO = "title: The whole course\nsteps:\n  - start: asking\n  - task: ask\n"

FOLDER = {
    "process.bpmn": DIAGRAM.encode(),
    "forms/ask.form": FORM.encode(),
    "level.dmn": TABLE.encode(),
    "process.yaml": SETTINGS.encode(),
    "README.md": b"# Asking\n\nHow to ask.\n",
    "scenarios/whole.yaml": SCENARIO.encode(),
}


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    """The folder with one text in one file put in another's place."""
    text = FOLDER[path].decode()
    assert text.count(old) == 1, f"{text.count(old)} × {old}"
    return {**FOLDER, path: text.replace(old, new).encode()}
