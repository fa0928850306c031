/* Passkeys: a form says by data-passkey which of allauth's helpers drives it, and by data-button the button that starts
   it. A refusal by the browser or the user is said in words, in the element marked data-passkey-trouble. */
(() => {
  "use strict";

  const trouble = document.querySelector("[data-passkey-trouble]");
  const forms = window.allauth.webauthn.forms;

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const button = form.dataset.button;
    const passwordless = form.querySelector("[name=passwordless]");
    forms[form.dataset.passkey]({
      ids: {
        add: button,
        login: button,
        authenticate: button,
        passwordless: passwordless ? passwordless.id : null,
        credential: form.querySelector("[name=credential]").id,
        data: "js_data",
      },
    });
    document.getElementById(button).hidden = false;
  });

  document.addEventListener("allauth.error", (event) => {
    if (!trouble) return;
    event.preventDefault();
    trouble.hidden = false;
    trouble.scrollIntoView({ block: "nearest" });
  });
})();
