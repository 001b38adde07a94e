"use strict";
// The page without its charts: theme, printing, copying, and which section is on the screen. Every name in the report is put in by
// textContent.

function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name === "class") made.className = value;
    else if (name.includes("-") || name === "for" || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

// Speaks to screen readers.
const announcer = element("p", { class: "unseen", role: "status" });
function announce(text) {
  announcer.textContent = text;
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function startTools() {
  const theme = element("button", { type: "button", id: "theme" });
  const name = () => { theme.textContent = isDark() ? "Light theme" : "Dark theme"; };
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    name();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  name();
  const print = element("button", { type: "button", id: "print", textContent: "Print" });
  print.addEventListener("click", () => window.print());
  document.querySelector(".tools").append(theme, print);
  document.body.append(announcer);
}

// Where the browser gives no clipboard (a page that is not a secure context), the text is selected, to be copied by hand.
async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return document.execCommand("copy");
  }
}

function startCopying() {
  for (const command of document.querySelectorAll(".command")) {
    const code = command.querySelector("code");
    const button = element("button", { type: "button", textContent: "Copy" });
    let revert = 0;
    button.addEventListener("click", async () => {
      const done = await copy(code);
      button.textContent = done ? "Copied" : "Selected";
      announce(done ? "Copied" : "Selected: copy it with the keyboard");
      clearTimeout(revert);
      revert = setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    command.append(button);
  }
}

function startNavigation() {
  const links = new Map();
  for (const link of document.querySelectorAll("nav a")) links.set(link.hash.slice(1), link);
  const seen = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) entry.isIntersecting ? seen.add(entry.target.id) : seen.delete(entry.target.id);
    const current = [...links.keys()].find((id) => seen.has(id));
    for (const [id, link] of links) {
      if (id === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-10% 0px -70% 0px" });
  for (const section of document.querySelectorAll("main > section")) observer.observe(section);
}
