// A passkey is made, or signs: the browser asks for finger, face or PIN, and its answer is sent as a field of the form.
"use strict";
(() => {
  const form = document.querySelector("form[data-passkey]");
  const [button, failed] = [form.querySelector("button"), document.getElementById("failed")];
  const makes = form.dataset.passkey === "make";
  const options = JSON.parse(form.dataset.options);

  async function ask() {
    button.disabled = true;
    failed.hidden = true;
    try {
      const publicKey = makes
        ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
        : PublicKeyCredential.parseRequestOptionsFromJSON(options);
      const given = await (makes ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
      form.elements.answer.value = JSON.stringify(given);
      form.submit();
    } catch {
      failed.hidden = false;
      button.disabled = false;
    }
  }

  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
    document.getElementById("unable").hidden = false;
    return;
  }
  button.disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  if ("start" in form.dataset) ask();
})();
