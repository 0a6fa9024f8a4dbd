// A form that is filled in with a thumb: numbers step up and down, and another day is asked for only when it is meant.
// Everything works without.
"use strict";
(() => {
  function stepped(holder) {
    const input = holder.querySelector("input");
    const step = (by) => {
      const now = Number(input.value || 0);
      if (Number.isFinite(now)) input.value = Math.max(0, now + by);
    };
    const button = (sign, told, by) => {
      const made = document.createElement("button");
      made.type = "button";
      made.tabIndex = -1; // keys step by the arrows in the input
      made.className = "step";
      made.textContent = sign;
      made.setAttribute("aria-label", `${told}: ${document.querySelector(`label[for="${input.id}"]`).firstChild.textContent.trim()}`);
      made.addEventListener("click", () => step(by));
      return made;
    };
    input.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!by) return;
      step(by);
      event.preventDefault();
    });
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

  const number = (text) => Number(text.replace(/[०-९]/g, (digit) => "०१२३४५६७८९".indexOf(digit)).replace(",", ".")) || 0;

  // The day of a ceremony: who handed over and how many animals, added up as rows are ticked.
  function ceremony(told) {
    const form = told.closest("form"), [line, money] = told.children;
    const counted = form.querySelector("#counted");
    const show = () => {
      const rows = [...form.querySelectorAll(".hand-over")];
      const handed = rows.filter((row) => row.querySelector('[name$=".did"]').matches('[type="hidden"], :checked'));
      const added = rows.filter((row) => handed.includes(row) && !row.querySelector('[name$=".listed"]')).length;
      const inAll = (some) => Math.round(some.reduce((sum, row) => sum + number(row.querySelector('[name$=".animals"]').value), 0) * 1000) / 1000;
      const isMoney = (row) => "money" in row.dataset; // which nobody counts in a yard
      const animals = inAll(handed.filter((row) => !isMoney(row)));
      const listed = rows.filter((row) => row.querySelector('[name$=".listed"]')).length;
      const agree = number(counted.value) === animals && animals > 0;
      const values = { givers: listed + added, handed: handed.length, animals, yard: counted.value || "?", sign: counted.value ? (agree ? "=" : "≠") : "·" };
      line.textContent = line.dataset.line.replace(/\{(\w+)\}/g, (_, name) => values[name]);
      told.classList.toggle("agrees", agree);
      if (money) money.textContent = money.dataset.amount.replace("{amount}", new Intl.NumberFormat(document.documentElement.lang, { numberingSystem: "latn" }).format(inAll(handed.filter(isMoney))));
    };
    form.addEventListener("input", show);
    show();
  }

  // A meeting with a box: what it should hold, added up as amounts are typed.
  function addsUp(line) {
    const form = line.closest("form"), said = line.dataset;
    const shown = new Intl.NumberFormat(document.documentElement.lang, { numberingSystem: "latn", maximumFractionDigits: 2 });
    const show = () => {
      const counted = form.elements.cash_after.value;
      const sum = [...form.querySelectorAll("input[data-adds]")].reduce((held, input) => {
        const sign = input.dataset.adds === "kind" ? input.closest(".cells").querySelector("select").selectedOptions[0].dataset.adds : input.dataset.adds;
        return held + number(input.value) * Number(sign || 0);
      }, number(said.recorded ?? form.elements.cash_before.value));
      const gap = counted ? Math.round((number(counted) - sum) * 100) : 0;
      const values = { sum: shown.format(sum), counted: counted ? shown.format(number(counted)) : "?", gap: shown.format(Math.abs(gap) / 100) };
      const whole = said.line + (gap < 0 ? said.missing : gap > 0 ? said.over : "");
      line.textContent = whole.replace(/\{(\w+)\}/g, (_, name) => values[name]);
      line.classList.toggle("agrees", Boolean(counted) && !gap);
    };
    form.addEventListener("input", show);
    show();
  }

  document.querySelectorAll(".adds-up").forEach(addsUp);
  // A meeting: how many came, as it is said of all and of some.
  function meeting(line) {
    const form = line.closest("form");
    const everybody = form.querySelector('[name="everybody"]');
    const show = () => {
      const said = [...form.querySelectorAll(".roster select")].map((each) => each.value || (everybody.checked ? "present" : "absent"));
      const values = { there: said.filter((word) => word === "present" || word === "late").length, members: said.length };
      line.textContent = line.dataset.line.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    };
    form.addEventListener("input", show);
    show();
  }

  // Who was chosen stays chosen where a later answer to what was typed offers her too.
  const found = ({ detail: { ctx } }) => document.getElementById(`${ctx.sourceElement.name}-found`);
  let chosen = null;
  document.addEventListener("htmx:before:swap", (event) => { chosen = found(event)?.querySelector("input:checked"); });
  document.addEventListener("htmx:after:swap", (event) => {
    const same = [...(found(event)?.querySelectorAll("input") ?? [])].find((radio) => radio.value === chosen?.value);
    if (same) same.checked = true;
  });

  document.querySelectorAll(".ceremony .sum").forEach(ceremony);
  document.querySelectorAll(".ceremony .came").forEach(meeting);
  document.querySelectorAll(".stepped[data-more]").forEach(stepped);
  document.querySelectorAll("fieldset.day").forEach(day);

  // Where keys are at hand, a form that was just opened begins in its first field, and what it says is read before it is
  // recorded; a telephone would open its keyboard.
  const first = document.querySelector("dl[data-begins], form[data-begins] :is(input:not([type=hidden]), select, textarea)");
  if (first && matchMedia("(pointer: fine)").matches) first.focus();
})();
