// What the pages do by themselves beside their forms: every one of them works without this.
"use strict";

const MOST_BYTES = 64 * 1024 * 1024;

// A part that changes while something works: asked for once a second, and put in place of the old one.
function poll() {
  const part = document.querySelector("[data-poll]");
  if (part) setTimeout(() => renew(part), 1000);
}

async function renew(part) {
  try {
    const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (answer.redirected || !fresh) {
      location.replace(answer.redirected ? answer.url : location.href);
      return;
    }
    if (!fresh.hasAttribute("data-poll")) {
      location.reload();
      return;
    }
    // the button that has the focus stays where it is
    if (!part.contains(document.activeElement) || part.textContent !== fresh.textContent) part.replaceWith(document.importNode(fresh, true));
  } catch {
    if (!document.getElementById("gone")) {
      const note = document.createElement("p");
      note.id = "gone";
      note.className = "note";
      note.setAttribute("role", "alert");
      note.textContent = "The importer does not answer. If its window was closed, start it again: what was sent is not lost.";
      document.getElementById("main").prepend(note);
    }
  }
  poll();
}

// A file that is dropped anywhere on the form is as good as one that is chosen.
function dropZone(form) {
  const input = form.querySelector("input[type=file]");
  const busy = form.querySelector("[data-busy]");
  const send = () => {
    if (!input.files.length) return;
    if (input.files[0].size > MOST_BYTES) {
      busy.textContent = "The file has more than 64 MiB. Save only the sheet with the numbers.";
      return;
    }
    form.requestSubmit();
  };
  input.addEventListener("change", send);
  form.addEventListener("submit", () => { busy.textContent = "Reading…"; });
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    send();
  });
}

// A corrected cell is judged at once, by the same check as everything.
function cells(form) {
  form.addEventListener("change", async (event) => {
    const input = event.target;
    if (!input.name.startsWith("cell-")) return;
    const said = document.getElementById(input.getAttribute("aria-describedby"));
    said.className = "said";
    said.textContent = "…";
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams({ [input.name]: input.value }),
      });
      const told = await answer.json();
      const problems = told.cells[input.name];
      said.classList.toggle("fine", !problems.length);
      said.textContent = problems.length ? problems.join("; ") : "✓ ready";
      for (const [name, count] of Object.entries(told.counts)) {
        const shown = document.querySelector(`[data-count="${name}"] strong`);
        if (shown) shown.textContent = count.toLocaleString("en");
      }
      const ready = document.querySelector("[data-ready]");
      if (ready) ready.textContent = `Go on with ${told.counts.ready.toLocaleString("en")} ${told.counts.ready === 1 ? "number" : "numbers"}`;
    } catch {
      said.textContent = "not checked: the importer does not answer";
    }
  });
}

// Who types where calls go has chosen it.
for (const input of document.querySelectorAll("[data-picks]")) {
  input.addEventListener("input", () => {
    document.querySelector(`input[name=route][value="${input.dataset.picks}"]`).checked = true;
  });
}

document.querySelectorAll("[data-drop]").forEach(dropZone);
document.querySelectorAll("[data-cells]").forEach(cells);
document.querySelector(".errors")?.focus();
poll();
