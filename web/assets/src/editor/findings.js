// The server's findings about what is drawn, as they stand on the page: marked on the drawing, kept up to date.
export class Findings {
  constructor(root, drawing, choose) {
    this.root = root;
    this.drawing = drawing;
    root.addEventListener("click", (event) => {
      const link = event.target.closest("[data-finding-link]");
      if (!link || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      if (!choose(link.closest("[data-finding]").dataset.finding)) return;
      const panel = document.querySelector("[data-editor-panel]");
      panel.focus({ preventScroll: true });
      document.querySelector("[data-editor]").scrollIntoView({ block: "start" });
    });
  }

  of(id) {
    return this.#rows().filter((row) => row.dataset.finding === id).map((row) => ({
      severity: row.dataset.severity,
      words: row.querySelector("[data-finding-words]").textContent,
    }));
  }

  mark() {
    this.drawing.unmark();
    for (const id of new Set(this.#rows().map((row) => row.dataset.finding).filter(Boolean))) {
      const found = this.of(id);
      const kind = found.some((one) => one.severity === "error") ? "error" : "warning";
      this.drawing.mark(id, kind, found.map((one) => one.words).join(" "));
    }
  }

  // Asks the server about a drawing that is not saved yet; the answer is this part of the page.
  async check(address, csrf, xml) {
    this.asking?.abort();
    this.asking = new AbortController();
    const body = new URLSearchParams({ "wm-csrf": csrf, diagram: xml });
    const answer = await fetch(address, { method: "POST", body, signal: this.asking.signal, headers: { "X-Waymark-Refresh": "1" } });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    this.root.innerHTML = await answer.text();
    this.mark();
    return `Changed, not saved yet. ${this.root.querySelector("[data-findings-count]").textContent}`;
  }

  #rows() {
    return [...this.root.querySelectorAll("[data-finding]")];
  }
}
