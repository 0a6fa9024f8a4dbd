// Draws a relay tree with vis-network. Boxes stand where the server put them; nothing moves by itself.
"use strict";
(() => {
  const stage = document.getElementById("network");
  if (!stage || !window.vis) return;
  const LETTERS = 13;
  const LEAST_SCALE = 12 / LETTERS; // a picture opens with letters of 12 pixels at least
  const LEAST_LETTERS = 5; // on the screen; smaller ones are left out
  const LINE = 19; // vis-network would set lines as close as letters are high, signs of Devanagari on each other
  const INSIDE = 5; // vis-network adds its margin to a width, and the text begins as far from the edge again
  const BESIDE = 60; // around a picture, together left and right
  const ABOVE_AND_BELOW = 90; // the marks of the axis among it
  const ownData = document.getElementById("network-data"); // in the page that works without a network
  const FONT = '"Noto Sans", "Noto Sans Devanagari", sans-serif';
  let network = null;
  let shown = null;
  let at = null; // the box that the keys have come to
  const beside = document.getElementById("beside"); // where records open, if the window is wide enough
  const wide = matchMedia("(min-width: 1200px)");

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  function groups() {
    const made = {};
    for (const state of ["fulfilled", "excused", "lost", "broken", "late", "due", "in_time", "gift", "planned", "tab"]) {
      const background = colour(`${state}-fill`) || colour("box");
      const border = colour(state);
      made[state] = { color: { background, border, highlight: { background, border }, hover: { background, border } } };
    }
    return made;
  }

  function coloured(edges) {
    const of = { path: colour("path"), pooled: colour("line"), pass: colour("line"), planned: colour("planned") };
    return edges.map((edge) => ({ ...edge, color: { color: of[edge.group], highlight: of[edge.group], hover: of[edge.group] } }));
  }

  function drawAxis(context) {
    const [, top, , bottom] = shown.bounds;
    context.fillStyle = colour("quiet");
    context.strokeStyle = colour("quiet");
    context.font = `${LETTERS}px ${FONT}`;
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

  function drawWords(context) {
    const scale = network.getScale();
    if (scale * LETTERS < LEAST_LETTERS) return;
    const middle = network.getViewPosition();
    const [beside, below] = [stage.clientWidth / scale / 2, stage.clientHeight / scale / 2]; // half of what is seen
    const [ink, quiet] = [colour("ink"), colour("quiet")];
    const ofState = {}; // looked up once each
    context.textBaseline = "middle";
    const write = (text, x, y, across, font = "", colour_ = ink) => {
      context.font = `${font} ${LETTERS}px ${FONT}`;
      context.fillStyle = colour_;
      context.fillText(text, x, y, across);
    };
    for (const { x, y, group, label, aside, widthConstraint: width } of shown.nodes) {
      if (Math.abs(x - middle.x) > beside + width || Math.abs(y - middle.y) > below + width) continue;
      context.textAlign = "center";
      if (group === "tab") {
        write(label, x, y, width, "", quiet);
        continue;
      }
      const [left, right] = [x - width / 2 + INSIDE, x + width / 2 - INSIDE];
      const lines = label.split("\n");
      const first = y - LINE * (lines.length - 1) / 2;
      let across = right - left;
      if (aside) {
        context.textAlign = "right";
        write(aside, right, first, across, "", quiet);
        across -= context.measureText(aside).width + INSIDE;
      }
      context.textAlign = "left";
      lines.forEach((line, nth) => {
        const isState = nth === 1 && group !== "gift" && group !== "planned";
        write(line, left, first + LINE * nth, nth ? right - left : across, nth && !isState ? "" : "600", isState ? (ofState[group] ??= colour(group)) : ink);
      });
    }
  }

  // The frame is as high as the picture needs; relay.css says how high it may be.
  function frame([left, top, right, bottom]) {
    const scale = Math.min(Math.max(stage.clientWidth / (right - left + BESIDE), LEAST_SCALE), 1);
    stage.style.height = `${Math.ceil((bottom - top + ABOVE_AND_BELOW) * scale) + 2}px`; // 2 of its border
  }

  // Fit the picture when it can still be read; when it cannot, start at its top left, or with its first box, or the
  // focus, in the middle if that would be out of sight.
  function settle() {
    const [left, top, right, bottom] = shown.bounds;
    const across = stage.clientWidth / (right - left + BESIDE);
    const down = stage.clientHeight / (bottom - top + ABOVE_AND_BELOW);
    if (Math.min(across, down, 1) >= LEAST_SCALE) {
      showWhole();
      return;
    }
    const at = network.getPosition(shown.start);
    const scale = Math.min(Math.max(across, LEAST_SCALE), 1);
    const [beside, below] = [stage.clientWidth / scale / 2, stage.clientHeight / scale / 2]; // half of what is seen
    const first = { x: left + beside - BESIDE / 2, y: top + below - 57 };
    const last = { x: Math.max(first.x, right - beside + BESIDE / 2), y: Math.max(first.y, bottom - below + 33) };
    const near = (from, to, middle, reach) => (middle <= from + reach ? from : Math.min(middle, to));
    network.moveTo({
      position: shown.focused
        ? { x: Math.max(first.x, Math.min(at.x, last.x)), y: Math.max(first.y, Math.min(at.y, last.y)) }
        : { x: near(first.x, last.x, at.x, beside - 110), y: near(first.y, last.y, at.y, below - 40) },
      scale,
    });
  }

  function showWhole() {
    const [left, top, right, bottom] = shown.bounds;
    const across = stage.clientWidth / (right - left + BESIDE);
    const down = stage.clientHeight / (bottom - top + ABOVE_AND_BELOW);
    network.moveTo({ position: { x: (left + right) / 2, y: (top + bottom) / 2 - 12 }, scale: Math.min(across, down, 1) });
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
    const boxes = picture.nodes.map(({ label, ...box }) => box);
    const data = { nodes: new vis.DataSet(boxes), edges: new vis.DataSet(coloured(picture.edges)) };
    const options = { ...picture.options, groups: { useDefaultGroups: false, ...groups() } };
    const inUse = stage.contains(document.activeElement);
    const before = network;
    network = null; // so that nothing draws what is going
    before?.destroy();
    stage.hidden = false;
    frame(picture.bounds);
    network = new vis.Network(stage.querySelector(".canvas"), data, options);
    network.on("beforeDrawing", drawAxis);
    network.on("afterDrawing", drawWords);
    network.on("afterDrawing", drawRing);
    network.on("click", (event) => follow(event.nodes[0]));
    network.on("hoverNode", () => { stage.style.cursor = "pointer"; });
    network.on("blurNode", () => {
      stage.style.cursor = "";
      stage.classList.remove("opened"); // so that the next box says again what it is
    });
    const moved = stage.querySelector(".vis-network"); // by the keys, when it has the focus
    moved.tabIndex = 0; // vis-network says 900, which would come first on the page
    moved.addEventListener("keydown", walk);
    moved.addEventListener("focus", () => network?.redraw());
    moved.addEventListener("blur", () => network?.redraw());
    at = picture.nodes.some((each) => each.id === at) ? at : picture.start;
    moved.setAttribute("role", "application");
    moved.setAttribute("aria-label", stage.dataset.told ?? document.title);
    if (inUse) moved.focus({ preventScroll: true });
    if (held && data.nodes.get(held.id)) keepInPlace(held.id, held);
    else settle();
    stage.network = network; // for whoever wants to look at it from the console
    stage.dataset.drawn = picture.nodes.length;
  }

  function follow(key) {
    const node = shown.nodes.find((each) => each.id === key);
    if (!node || ownData) return;
    if (!key.startsWith("tab:")) {
      at = key;
      stage.classList.add("opened"); // what it is stands in the record now, not over the box
      if (beside && wide.matches) {
        if (opened() !== key) goTo(withBeside(window.location.href, key));
        open();
      } else {
        window.location.assign(node.href);
      }
      return;
    }
    const held = stands(key.slice("tab:".length));
    goTo(withBeside(node.href, opened()));
    show(held);
  }

  const stands = (id) => ({ id, dom: network.canvasToDOM(network.getPosition(id)), scale: network.getScale() });
  const opened = () => new URL(window.location.href).searchParams.get("beside");
  const goTo = (href) => history.pushState(null, "", href);

  function withBeside(href, key) {
    const url = new URL(href, window.location.href);
    if (key) url.searchParams.set("beside", key);
    else url.searchParams.delete("beside");
    return url.href;
  }

  // The record that the address names, beside the tree; the box stays where it is on the screen.
  async function open(quietly = false) {
    const key = opened();
    const node = shown.nodes.find((each) => each.id === key);
    if (!beside || !wide.matches || !node || key.startsWith("tab:")) {
      makeRoom(false);
      return;
    }
    const answer = await fetch(node.href, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (opened() !== key) return; // gone on meanwhile
    if (!answer?.ok || answer.redirected) {
      window.location.assign(node.href); // which says why
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    beside.querySelector(".record").replaceChildren(...page.body.childNodes);
    beside.scrollTop = 0;
    makeRoom(true, key);
    if (!quietly) document.getElementById("beside-title").focus({ preventScroll: true });
  }

  function close() {
    if (!beside || beside.hidden) return;
    if (opened()) goTo(withBeside(window.location.href, null));
    makeRoom(false);
    stage.querySelector(".vis-network").focus({ preventScroll: true });
  }

  function makeRoom(wanted, key = at) {
    if (!beside || beside.hidden === !wanted) return;
    const held = stands(key);
    beside.hidden = !wanted;
    network.setSize("100%", "100%");
    const seen = stage.clientWidth - 100; // how far right the middle of a box may be
    keepInPlace(key, { ...held, dom: { x: Math.min(held.dom.x, seen), y: held.dom.y } });
    network.redraw();
  }

  function drawRing(context) {
    if (!stage.contains(document.activeElement)) return;
    const { left, top, right, bottom } = network.getBoundingBox(at);
    context.strokeStyle = colour("path");
    context.lineWidth = 3 / network.getScale();
    context.strokeRect(left - 5, top - 5, right - left + 10, bottom - top + 10);
  }

  // The nearest box in the direction of an arrow; what lies aside counts twice.
  function next(key) {
    const from = shown.nodes.find((each) => each.id === at);
    const far = (each) => {
      const [dx, dy] = [each.x - from.x, each.y - from.y];
      const [ahead, aside] = { ArrowRight: [dx, dy], ArrowLeft: [-dx, dy], ArrowDown: [dy, dx], ArrowUp: [-dy, dx] }[key];
      return ahead > 4 ? ahead + 2 * Math.abs(aside) : Infinity;
    };
    const nearest = shown.nodes.reduce((best, each) => (far(each) < far(best) ? each : best), from);
    return far(nearest) < Infinity ? nearest : from;
  }

  function walk(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") {
      follow(at);
    } else if (event.key === "Escape" && beside && !beside.hidden) {
      close();
    } else if (event.key === "+" || event.key === "-") {
      zoom(event.key === "+" ? 1.25 : 0.8);
    } else if (event.key.startsWith("Arrow")) {
      const node = next(event.key);
      at = node.id;
      const { x, y } = network.canvasToDOM(node);
      const inside = x > 90 && y > 40 && x < stage.clientWidth - 90 && y < stage.clientHeight - 40;
      if (!inside) network.moveTo({ position: { x: node.x, y: node.y } });
      network.redraw();
      const heard = document.getElementById("heard");
      if (heard) heard.textContent = node.title;
    } else {
      return;
    }
    event.preventDefault();
  }

  function zoom(by) {
    network.moveTo({ scale: Math.min(Math.max(network.getScale() * by, 0.1), 3) });
  }

  // What a wheel does belongs to the page; with Ctrl it zooms, as everywhere.
  function leaveTheWheel() {
    stage.addEventListener("wheel", (event) => { if (!event.ctrlKey) event.stopPropagation(); }, { capture: true, passive: true });
  }

  function equip() {
    const tools = document.getElementById("tools");
    if (!tools) return;
    const whole = tools.parentElement;
    const does = {
      fit: showWhole,
      closer: () => zoom(1.25),
      farther: () => zoom(0.8),
      full: () => (document.fullscreenElement ? document.exitFullscreen() : whole.requestFullscreen()),
    };
    tools.addEventListener("click", (event) => does[event.target.dataset.does]?.());
    whole.addEventListener("fullscreenchange", () => requestAnimationFrame(() => { network.redraw(); showWhole(); }));
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-in-place]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      goTo(withBeside(link.href, opened()));
      show(null);
    });
    tools.hidden = false;
    beside.querySelector(".close").addEventListener("click", close);
    beside.addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.fullscreenElement) close(); });
  }

  // A finger moves the page until it taps the picture; vis-network would hold on to both.
  function wake() {
    let asleep = false;
    stage.addEventListener("pointerdown", (event) => {
      asleep = event.pointerType === "touch" && !stage.contains(document.activeElement);
      if (asleep) event.stopPropagation();
    }, true);
    stage.addEventListener("click", (event) => {
      if (!asleep) return;
      const { left, top } = stage.querySelector("canvas").getBoundingClientRect();
      stage.querySelector(".vis-network").focus({ preventScroll: true });
      follow(network.getNodeAt({ x: event.clientX - left, y: event.clientY - top }));
    });
  }

  // The same address gives the picture as data, and the page around it: both follow it.
  async function show(held) {
    const address = window.location.href;
    const source = `${window.location.pathname}/network.json${window.location.search}`;
    const [data, page] = await Promise.all([fetch(source), fetch(address)]);
    if (!data.ok || !page.ok) {
      window.location.reload();
      return;
    }
    const [picture, text] = await Promise.all([data.json(), page.text()]);
    if (window.location.href !== address) return; // gone on meanwhile
    draw(picture, held);
    open(true);
    takeOver(new DOMParser().parseFromString(text, "text/html"));
    document.getElementById("heard").textContent = document.getElementById("summary").dataset.told;
  }

  // Parts are replaced. What may be in use stays and takes on what the other says: inputs, and ways to other pages.
  function takeOver(page) {
    const become = (part, other) => [...other.attributes].forEach(({ name, value }) => part.setAttribute(name, value));
    for (const part of document.querySelectorAll("[data-follows]")) {
      const other = page.getElementById(part.id);
      if (!other) { // what was found in the tree before
        part.remove();
        continue;
      }
      if (part.matches("input")) {
        become(part, other);
        part.value = other.value;
        continue;
      }
      if (part.open !== undefined) other.open = part.open;
      part.replaceWith(other);
    }
    const ways = (of) => of.querySelectorAll(".programme a, nav.sections a, .languages a, form.search, #search");
    const others = ways(page);
    ways(document).forEach((way, nth) => become(way, others[nth]));
  }

  function slide() {
    const slider = document.getElementById("months");
    const field = document.getElementById("as_of");
    if (!slider || !field) return;
    slider.closest("label").hidden = false;
    const day = () => {
      const first = new Date(`${slider.dataset.first}T00:00:00Z`);
      const at = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + Number(slider.value) + 1, 0));
      const iso = at.toISOString().slice(0, 10);
      return iso > slider.dataset.today ? slider.dataset.today : iso;
    };
    const words = new Intl.DateTimeFormat(`${document.documentElement.lang}-u-nu-latn`, { dateStyle: "long", timeZone: "UTC" });
    slider.addEventListener("input", () => {
      field.value = day();
      slider.setAttribute("aria-valuetext", words.format(new Date(day())));
    });
    slider.addEventListener("change", () => {
      const url = new URL(window.location.href);
      url.searchParams.set("as_of", day());
      history.pushState(null, "", url);
      show(null);
    });
  }

  wake();
  leaveTheWheel();
  equip();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => shown && draw(shown, null));
  if (ownData) {
    draw(JSON.parse(ownData.textContent), null);
    return;
  }
  window.addEventListener("popstate", () => show(null));
  for (const twin of document.querySelectorAll("details[data-follows]")) twin.open = false;
  window.addEventListener("beforeprint", () => { // relay.css leaves out the one that paper does not show
    for (const twin of document.querySelectorAll("details[data-follows]")) twin.open = true;
  });
  slide();
  stage.hidden = false; // its place is kept, so that nothing jumps when the picture comes
  frame(JSON.parse(stage.dataset.bounds));
  fetch(`${window.location.pathname}/network.json${window.location.search}`)
    .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
    .then((picture) => { draw(picture, null); open(true); })
    .catch(() => { stage.hidden = true; document.getElementById("drawing").open = true; });
})();
