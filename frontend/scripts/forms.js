// What forms gain from script: sent once, examples to try, the first error in focus. All of them work without it.

/** Sets up every form of the page. */
export function setUpForms() {
  // One listener for all, because live parts of a page may bring forms in later.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-once]")) sendOnce(event);
  });
  for (const button of document.querySelectorAll("button[data-example]")) {
    button.addEventListener("click", () => fillIn(button));
  }
  document.querySelector("[data-errors]")?.focus();
  // A page that the browser brings back from memory has its buttons still switched off.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-once]")) release(form);
  });
}

function sendOnce(event) {
  const form = event.target;
  if (form.dataset.sending !== undefined) {
    event.preventDefault();
    return;
  }
  renewProviderId(form);
  form.dataset.sending = "";
  for (const button of form.querySelectorAll('button[type="submit"]')) button.setAttribute("aria-disabled", "true");
  // An answer that never comes must not leave the form locked.
  setTimeout(() => release(form), 15000);
}

function release(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll('button[type="submit"]')) button.removeAttribute("aria-disabled");
}

/**
 * The provider id names one message, so that sending it twice stores it once. After "back", the same form may
 * hold another text: it then needs another id, or the second message would count as a repetition of the first.
 */
function renewProviderId(form) {
  const field = form.elements.namedItem("provider_id");
  const text = form.elements.namedItem("text")?.value ?? "";
  if (!field) return;
  try {
    const key = (id) => `frontdesk.sent.${id}`;
    const sent = sessionStorage.getItem(key(field.value));
    if (!field.value || (sent !== null && sent !== text)) field.value = randomId();
    sessionStorage.setItem(key(field.value), text);
  } catch {
    field.value ||= randomId();
  }
}

const randomId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function fillIn(button) {
  const form = document.getElementById(button.dataset.form);
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.example))) {
    const field = form.elements.namedItem(name);
    if (field) field.value = value;
  }
  form.elements.namedItem("text").focus();
}
