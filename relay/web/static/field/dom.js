// Elements, made without a line of HTML: what a name holds is text, never markup.

/** Make an element: `h("a", { href: "#/", onclick }, "text", child)`. What is null, false or undefined is left out. */
export function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const button = (text, onclick, look = "") => h("button", { type: "button", class: look || null, onclick }, text);

/** Show a message in a window of the page, with buttons; resolves to the value of the one that was pressed. */
export function asked(title, body, answers) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { "aria-labelledby": "asked" });
    const close = (value) => { dialog.close(); dialog.remove(); resolve(value); };
    const buttons = answers.map(([text, value, look]) => button(text, () => close(typeof value === "function" ? value() : value), look));
    dialog.append(h("article", {}, h("h2", { id: "asked" }, title), body, h("div", { class: "answers" }, buttons)));
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(null); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
