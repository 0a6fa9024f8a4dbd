// A form that is filled in with a thumb: numbers step up and down, and another day is asked for only when it is meant.
// Everything works without.
"use strict";
(() => {
  function stepped(holder) {
    const input = holder.querySelector("input");
    const button = (sign, told, by) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "step";
      made.textContent = sign;
      made.setAttribute("aria-label", `${told}: ${document.querySelector(`label[for="${input.id}"]`).firstChild.textContent.trim()}`);
      made.addEventListener("click", () => {
        const now = Number(input.value || 0);
        if (Number.isFinite(now)) input.value = Math.max(0, now + by);
      });
      return made;
    };
    holder.prepend(button("−", holder.dataset.less, -1));
    holder.append(button("+", holder.dataset.more, 1));
  }

  function day(group) {
    const other = group.querySelector(".other");
    const radios = [...group.querySelectorAll("input[type=radio]")];
    if (!radios.length) return;
    const show = () => { other.hidden = !radios.at(-1).checked; };
    radios.forEach((radio) => radio.addEventListener("change", () => {
      show();
      if (radio === radios.at(-1)) other.querySelector("input").focus();
    }));
    show();
  }

  document.querySelectorAll(".stepped[data-more]").forEach(stepped);
  document.querySelectorAll("fieldset.day").forEach(day);
})();
