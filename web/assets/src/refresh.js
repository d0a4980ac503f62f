// Regions marked data-refresh ask every 15 seconds whether they changed; nobody is interrupted.
const EVERY = 15000;
const SLOWEST = 240000;

for (const region of document.querySelectorAll("[data-refresh]")) {
  let tag = null;
  let wait = EVERY;
  let paused = false;
  let spoken = 0;

  const bar = document.createElement("div");
  bar.className = "wm-live";
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  const pause = document.createElement("button");
  pause.type = "button";
  pause.className = "wm-link-button";
  pause.textContent = "Pause updates";
  bar.append(said, pause);
  region.before(bar);
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Go on updating" : "Pause updates";
  });

  const isBusy = () => paused || document.hidden || region.contains(document.activeElement);

  const clock = () =>
    new Date()
      .toLocaleTimeString("en-GB", { hour: "numeric", minute: "2-digit", hour12: true })
      .replace(" ", "");

  async function look() {
    const headers = { "X-Waymark-Refresh": "1" };
    if (tag) headers["If-None-Match"] = tag;
    const answer = await fetch(location.href, { headers, redirect: "error", cache: "no-store" });
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(String(answer.status));
    const first = tag === null;
    tag = answer.headers.get("ETag");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (first || isBusy()) return;
    region.replaceChildren(...page.body.childNodes);
    if (Date.now() - spoken > 60000) {
      said.textContent = `Updated ${clock()}`;
      spoken = Date.now();
    }
  }

  async function round() {
    if (!isBusy()) {
      try {
        await look();
        wait = EVERY;
      } catch {
        wait = Math.min(wait * 2, SLOWEST);
      }
    }
    setTimeout(round, wait);
  }
  setTimeout(round, 1000);
}
