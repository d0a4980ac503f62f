// Keeps what is typed into a task on the server: within 20 seconds, and on leaving the page.
const PAUSE = 5000;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const said = form.querySelector("[data-saved]");
  const counter = form.elements["wm-counter"];
  let timer = 0;
  let changed = false;
  let sending = false;

  const body = () => {
    counter.value = Number(counter.value) + 1;
    const data = new FormData(form);
    data.delete("wm-act");
    data.delete("wm-key");
    return new URLSearchParams(data);
  };

  async function save() {
    timer = 0;
    if (!changed || sending) return;
    changed = false;
    sending = true;
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: body(), redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { saved } = await answer.json();
      const words = `Saved ${saved}`;
      if (said.textContent !== words) said.textContent = words;
    } catch {
      changed = true;
      said.textContent = "Not saved yet. What you typed is on this page: do not close it.";
      plan(15000);
    } finally {
      sending = false;
    }
  }

  function plan(pause) {
    if (!timer) timer = setTimeout(save, pause);
  }

  form.addEventListener("input", () => {
    changed = true;
    plan(PAUSE);
  });
  form.addEventListener("submit", () => {
    changed = false;
    clearTimeout(timer);
  });
  addEventListener("pagehide", () => {
    if (changed) navigator.sendBeacon(form.dataset.autosave, body());
  });
}
