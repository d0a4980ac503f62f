"""Somebody who uses the keyboard alone: Tab to a control by its name, then its own keys."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

FAR = 400  # presses of Tab
NAME = """() => {
  const at = document.activeElement;
  const labels = [...(at.labels || [])].map((one) => one.textContent);
  const words = at.getAttribute("aria-label") || labels.join(" ") || at.textContent;
  return words.replace(/\\s+/g, " ").trim();
}"""
OPTION = "() => document.activeElement.selectedOptions[0]?.textContent.trim() || ''"


@dataclass
class Keys:
    page: Page

    def to(self, name: str, tag: str = "") -> None:
        """Tab on to the next control whose name begins so (and which is such an element)."""
        for _ in range(FAR):
            self.page.keyboard.press("Tab")
            if not self.page.evaluate(NAME).startswith(name):
                continue
            if tag in ("", self.page.evaluate("() => document.activeElement.localName")):
                return
        raise AssertionError(f"the keyboard does not reach “{name}” on {self.page.url}")

    def press(self, name: str) -> None:
        """A button that stays on the page."""
        self.to(name, "button")
        self.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        """A link to another page."""
        self.to(name, "a")
        self._goes_on()

    def send(self, name: str) -> None:
        """A button that sends its form."""
        self.to(name, "button")
        self._goes_on()

    def _goes_on(self) -> None:
        with self.page.expect_navigation(timeout=120_000):
            self.page.keyboard.press("Enter")

    def tick(self, name: str) -> None:
        self.to(name, "input")
        self.page.keyboard.press("Space")

    def type(self, name: str, text: str) -> None:
        """In the place of what stands there."""
        self.to(name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, name: str, option: str) -> None:
        """Of a list, by the arrow keys."""
        self.to(name, "select")
        self.page.keyboard.press("Home")
        for _ in range(FAR):
            if self.page.evaluate(OPTION).startswith(option):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"“{name}” does not offer “{option}”")

    def sign_in(self, site: str, username: str, password: str) -> None:
        self.page.goto(f"{site}/sign-in")
        self.type("Username", username)
        self.type("Password", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
