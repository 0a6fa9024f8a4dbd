// Draws a relay tree with vis-network. Boxes stand where the server put them; nothing moves by itself.
"use strict";
(() => {
  const stage = document.getElementById("network");
  if (!stage || !window.vis) return;
  const LEAST_SCALE = 0.8; // below it names cannot be read
  const ownData = document.getElementById("network-data"); // in the page that works without a network
  let network = null;
  let shown = null;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  function groups() {
    const made = {};
    for (const state of ["fulfilled", "excused", "lost", "broken", "late", "due", "in_time", "gift", "tab"]) {
      const background = colour(`${state}-fill`) || colour("box");
      const border = colour(state);
      made[state] = {
        color: { background, border, highlight: { background, border }, hover: { background, border } },
        font: { color: state === "tab" ? colour("quiet") : colour("ink") },
      };
    }
    return made;
  }

  function coloured(edges) {
    const of = { path: colour("path"), pooled: colour("line"), pass: colour("line") };
    return edges.map((edge) => ({ ...edge, color: { color: of[edge.group], highlight: of[edge.group], hover: of[edge.group] } }));
  }

  function drawAxis(context) {
    const [, top, , bottom] = shown.bounds;
    context.fillStyle = colour("quiet");
    context.strokeStyle = colour("quiet");
    context.font = "13px system-ui, sans-serif";
    context.textAlign = "center";
    for (const mark of shown.marks) {
      context.fillText(mark.label, mark.x, top - 14);
      if (!shown.by_date) continue;
      context.globalAlpha = 0.25;
      context.beginPath();
      context.moveTo(mark.x, top - 6);
      context.lineTo(mark.x, bottom);
      context.stroke();
      context.globalAlpha = 1;
    }
  }

  // Fit the picture when it can still be read; start at its first box, or at the focus, when it cannot.
  function settle() {
    const [left, top, right, bottom] = shown.bounds;
    const width = stage.clientWidth;
    const height = stage.clientHeight;
    const fit = Math.min(width / (right - left + 60), height / (bottom - top + 90), 1);
    if (fit >= LEAST_SCALE) {
      network.moveTo({ position: { x: (left + right) / 2, y: (top + bottom) / 2 - 12 }, scale: fit });
      return;
    }
    const at = network.getPosition(shown.start);
    const scale = Math.min(Math.max(width / (right - left + 60), LEAST_SCALE), 1);
    const seen = height / scale / 2;
    const y = Math.max(top + seen - 40, Math.min(at.y, bottom - seen + 40));
    const x = Math.max(at.x, left + 103) + (width / 2 - 20) / scale - 103;
    network.moveTo({ position: { x: shown.focused ? at.x : x, y: bottom - top < 2 * seen ? (top + bottom) / 2 - 12 : y }, scale });
  }

  function keepInPlace(id, was) {
    const scale = was.scale;
    const at = network.getPosition(id);
    network.moveTo({
      position: { x: at.x - (was.dom.x - stage.clientWidth / 2) / scale, y: at.y - (was.dom.y - stage.clientHeight / 2) / scale },
      scale,
    });
  }

  function draw(picture, held) {
    shown = picture;
    const data = { nodes: new vis.DataSet(picture.nodes), edges: new vis.DataSet(coloured(picture.edges)) };
    const options = { ...picture.options, groups: { useDefaultGroups: false, ...groups() } };
    if (network) network.destroy();
    stage.hidden = false;
    network = new vis.Network(stage.querySelector(".canvas"), data, options);
    network.on("beforeDrawing", drawAxis);
    network.on("click", (event) => follow(data.nodes.get(event.nodes[0] ?? "")));
    network.on("hoverNode", () => { stage.style.cursor = "pointer"; });
    network.on("blurNode", () => { stage.style.cursor = ""; });
    if (held && data.nodes.get(held.id)) keepInPlace(held.id, held);
    else settle();
    stage.network = network; // for whoever wants to look at it from the console
    stage.dataset.drawn = picture.nodes.length;
  }

  function follow(node) {
    if (!node || ownData) return;
    if (!node.id.startsWith("tab:")) {
      window.location.assign(node.href);
      return;
    }
    const id = node.id.slice("tab:".length);
    const dom = network.canvasToDOM(network.getPosition(id));
    history.pushState(null, "", node.href);
    show({ id, dom, scale: network.getScale() });
  }

  // The same address gives the picture as data, and the page around it: both follow it.
  async function show(held) {
    const source = `${window.location.pathname}/network.json${window.location.search}`;
    const [data, page] = await Promise.all([fetch(source), fetch(window.location.href)]);
    if (!data.ok || !page.ok) {
      window.location.reload();
      return;
    }
    const text = await page.text();
    draw(await data.json(), held);
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const part of document.querySelectorAll("[data-follows]")) {
      const other = fresh.getElementById(part.id);
      if (!other) continue;
      if (part.open !== undefined) other.open = part.open;
      part.replaceWith(document.adoptNode(other));
    }
  }

  function slide() {
    const slider = document.getElementById("months");
    const field = document.getElementById("as_of");
    if (!slider || !field) return;
    slider.closest("label").hidden = false;
    const first = new Date(`${slider.dataset.first}T00:00:00Z`);
    const day = () => {
      const at = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + Number(slider.value) + 1, 0));
      const iso = at.toISOString().slice(0, 10);
      return iso > slider.dataset.today ? slider.dataset.today : iso;
    };
    slider.addEventListener("input", () => { field.value = day(); });
    slider.addEventListener("change", () => {
      const url = new URL(window.location.href);
      url.searchParams.set("as_of", day());
      history.pushState(null, "", url);
      show(null);
    });
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => shown && draw(shown, null));
  if (ownData) {
    draw(JSON.parse(ownData.textContent), null);
    return;
  }
  window.addEventListener("popstate", () => show(null));
  for (const twin of document.querySelectorAll("details[data-follows]")) twin.open = false;
  window.addEventListener("beforeprint", () => { document.getElementById("drawing").open = true; });
  slide();
  stage.hidden = false; // its place is kept, so that nothing jumps when the picture comes
  fetch(`${window.location.pathname}/network.json${window.location.search}`)
    .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
    .then((picture) => draw(picture, null))
    .catch(() => { stage.hidden = true; document.getElementById("drawing").open = true; });
})();
