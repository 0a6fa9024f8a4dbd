// Keys for those who like them: "/" searches, "?" lists all, "g" and a letter goes somewhere, j and k walk a list.
// They can be switched off, never act while somebody types, and no page needs them. And what a search says when the
// line is cut, since htmx says nothing; and how much calls for work.
"use strict";
(() => {
  const dialog = document.getElementById("keys");
  const wanted = document.getElementById("keys-on");
  const search = document.getElementById("search");
  const suggestions = document.getElementById("suggestions");
  const on = () => localStorage.getItem("keys") !== "off";
  let going = false;

  wanted.checked = on();
  document.querySelector(".keys-hint").hidden = false;
  wanted.addEventListener("change", () => localStorage.setItem("keys", wanted.checked ? "on" : "off"));
  document.addEventListener("click", (event) => {
    if (suggestions && !event.target.closest(".search")) suggestions.replaceChildren();
  });

  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (!ctx || ctx.response) return; // else the line is cut
    const told = document.createElement("p");
    told.textContent = ctx.target.dataset.cut;
    ctx.target.replaceChildren(told);
  });

  // How much calls for work stands beside the lines of the menu, as soon as it is known.
  const menu = document.querySelector("nav.sections[data-counts]");
  if (menu) {
    fetch(menu.dataset.counts)
      .then((answer) => (answer.ok ? answer.json() : {}))
      .then((counts) => {
        for (const link of menu.querySelectorAll("a")) {
          if (!(link.dataset.name in counts)) continue;
          const count = document.createElement("span");
          count.textContent = counts[link.dataset.name];
          count.className = "open-work";
          count.id = `open-${link.dataset.name}`;
          count.setAttribute("aria-hidden", "true"); // it describes the link, whose name stays what it is
          link.setAttribute("aria-describedby", count.id);
          link.append(count);
        }
      })
      .catch(() => {}); // without a line the menu has no counts
  }

  function walk(step) {
    const links = [...document.querySelectorAll("main :is(table tbody tr, .women li)")].map((row) => row.querySelector("a")).filter(Boolean);
    const at = links.indexOf(document.activeElement);
    const next = links[Math.max(0, Math.min(links.length - 1, at + step))];
    if (next) next.focus();
  }

  // From the field of a search down through what it found, and back up; Enter opens, as on every link.
  function walkHits(event) {
    const down = event.key === "ArrowDown";
    const list = document.getElementById(event.target.closest(".search") ? "suggestions" : "hits");
    const field = list && (list === suggestions ? search : document.querySelector("main input[type=search]"));
    const hits = list ? [...list.querySelectorAll("a.hit")] : [];
    const at = hits.indexOf(event.target);
    if (!hits.length || (event.target !== field && at < 0) || (at < 0 && !down)) return;
    (at === 0 && !down ? field : hits[Math.min(at + (down ? 1 : -1), hits.length - 1)]).focus();
    event.preventDefault();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") walkHits(event);
    if (event.key === "Escape" && suggestions) {
      if (suggestions.contains(document.activeElement)) search.focus();
      suggestions.replaceChildren();
    }
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable], dialog[open], #network");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "?") {
      dialog.showModal();
    } else if (!on()) {
      return;
    } else if (going) {
      going = false;
      const link = [...document.querySelectorAll("nav.sections a")].find((each) => each.dataset.key === event.key);
      if (link) link.click();
    } else if (event.key === "/" && search) {
      search.focus();
    } else if (event.key === "g") {
      going = true;
      setTimeout(() => { going = false; }, 1500);
      return;
    } else if (event.key === "j" || event.key === "k") {
      walk(event.key === "j" ? 1 : -1);
    } else {
      return;
    }
    event.preventDefault();
  });
})();
