// Shows the order or task that this page's address names, as the API tells it. Everything is set as text, never as HTML.
"use strict";

const find = (id) => document.getElementById(id);
const hidden = new Set(["outcomes"]);

function shown(value) {
  if (value === null || value === undefined) return document.createTextNode("—");
  if (typeof value !== "object") return document.createTextNode(String(value));
  const isList = Array.isArray(value);
  const box = document.createElement(isList ? "ol" : "dl");
  for (const [name, part] of Object.entries(value)) {
    if (!isList && hidden.has(name)) continue;
    if (!isList) box.appendChild(document.createElement("dt")).textContent = name.replaceAll("_", " ");
    box.appendChild(document.createElement(isList ? "li" : "dd")).appendChild(shown(part));
  }
  return box.children.length ? box : document.createTextNode("—");
}

function ask(why) {
  find("why").textContent = why;
  find("token").hidden = false;
}

async function show() {
  const token = sessionStorage.getItem("jiaoqi-token");
  if (!token) return ask("");
  let answer, found;
  try {
    answer = await fetch("/api/v1" + location.pathname, { headers: { Authorization: "Bearer " + token } });
    found = await answer.json();
  } catch {
    return ask("There is no answer. Try again.");
  }
  if (answer.status === 401) return ask("This token is not valid.");
  find("token").hidden = true;
  find("shown").replaceChildren(shown(answer.ok ? found : { problem: found.detail }));
}

find("title").textContent = decodeURIComponent(location.pathname.split("/").pop());
find("token").addEventListener("submit", (event) => {
  event.preventDefault();
  // Latin letters only: anything else in a header would make the browser throw instead of the API answer.
  sessionStorage.setItem("jiaoqi-token", event.target.token.value.replace(/[^!-~]/g, ""));
  show();
});
show();
