// Elements from words: text is only ever set as text, never as markup.

const sprite = new URL("../images/icons.svg", import.meta.url).href;
const svg = "http://www.w3.org/2000/svg";

/** `make("p", {class: "meta", hidden: true, onclick: f}, "words", node)`; null children are left out. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

export function icon(name) {
  const drawing = document.createElementNS(svg, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  drawing.append(document.createElementNS(svg, "use"));
  drawing.firstChild.setAttribute("href", `${sprite}#${name}`);
  return drawing;
}

export function setIcon(button, name) {
  button.querySelector("use")?.setAttribute("href", `${sprite}#${name}`);
}

/** A name or a message: isolated, so that its direction of writing cannot disturb what follows. */
export function words(text) {
  const isolated = document.createElement("bdi");
  isolated.textContent = text;
  return isolated;
}

export function badge(text, kind = "") {
  return make("span", { class: `badge ${kind}`.trim() }, text);
}

/** Changes text only when it differs, so that screen readers are not told the same again. */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** A question that must be answered before something that cannot be undone at once. */
export function confirmed(question, yes) {
  return new Promise((resolve) => {
    const form = make("form", { method: "dialog" }, make("p", { id: "question" }, question),
      make("div", { class: "actions" },
        make("button", { class: "button", value: "yes" }, yes),
        make("button", { class: "button quiet", value: "", autofocus: true }, "Không, quay lại")));
    const dialog = make("dialog", { class: "card", "aria-labelledby": "question" }, form);
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function clock(seconds) {
  const time = new Date(seconds * 1000);
  return new Intl.DateTimeFormat("vi", { hour: "numeric", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" })
    .format(time);
}
