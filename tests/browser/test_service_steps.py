"""A process owner draws a step that another system does: its connector says what it wants."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_studio import change, go_to, page, save, setting, store, stored

__all__ = ["page", "store"]  # fixtures, asked for by name
pytestmark = pytest.mark.browser


@pytest.mark.feature("O1")
def test_a_service_step_is_drawn_and_its_connector_says_what_it_wants(page, watched, store):
    go_to(page, "lift_hold")
    setting(page, "Kind of step").select_option(label="Ask another system")
    page.get_by_role("button", name="Change the kind").click()
    setting(page, "What is called").select_option("email")
    change(page, "to", '"desk@council.example"')
    change(page, "subject", '"A case waits"')
    panel = page.locator("[data-editor-panel]")
    expect(panel.get_by_text("does not say “text”")).to_be_visible()
    change(page, "text", '"Please look at it."')
    change(page, "Pauses between them", "PT5M,PT1H")
    expect(panel.get_by_text("does not say")).to_have_count(0)
    expect(setting(page, "Is kept as")).to_have_count(0)
    setting(page, "What is called").select_option("http_call")
    expect(setting(page, "Is kept as")).to_be_visible()
    expect(setting(page, "What is called")).to_be_focused()
    setting(page, "What is called").select_option("email")
    save(page)
    drawn = stored(store).files["process.bpmn"]
    assert 'name="connector" value="email"' in drawn
    assert 'name="input.to"' in drawn
    assert 'name="backOff" value="PT5M,PT1H"' in drawn
    assert watched.faults == []
