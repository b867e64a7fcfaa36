// Elements in one line: make("button", { class: "main", onclick: act }, "Keep", ...).

export function make(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else made.setAttribute(name, value);
  }
  made.append(...inside.filter((part) => part !== null && part !== undefined));
  return made;
}

export const byId = (id) => document.getElementById(id);

let numbers = 0;
export const fresh = (prefix) => `${prefix}-${++numbers}`;

// What a thing means, shown while it is pointed at or has the focus: any element with data-tip, and what is inside it.
export function tips() {
  const box = byId("tip");
  let shown = null;
  const hide = () => {
    box.hidden = true;
    if (shown) shown.removeAttribute("aria-describedby");
    shown = null;
  };
  const show = (event) => {
    const about = event.target.closest?.("[data-tip]");
    if (!about) return hide();
    hide();
    shown = event.type === "focusin" ? event.target : about.matches("button") ? about : null;
    box.textContent = about.dataset.tip;
    box.hidden = false;
    if (shown) shown.setAttribute("aria-describedby", "tip");
    const place = (about.querySelector("label, h3") ?? about).getBoundingClientRect();
    const left = Math.min(place.left + scrollX, scrollX + document.documentElement.clientWidth - box.offsetWidth - 8);
    const over = place.bottom + box.offsetHeight + 12 > innerHeight && place.top > box.offsetHeight + 12;
    box.style.left = `${Math.max(8, left)}px`;
    box.style.top = `${scrollY + (over ? place.top - box.offsetHeight - 8 : about.getBoundingClientRect().bottom + 6)}px`;
  };
  document.addEventListener("mouseover", show);
  document.addEventListener("focusin", show);
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("click", (event) => event.target.closest(".why, .number label") && show(event));
}
