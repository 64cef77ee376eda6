/* The theme opens its two drawers by labels of hidden boxes, which no keyboard reaches. Where
   scripts run, buttons stand in their place. */
"use strict";
for (const button of document.querySelectorAll("button.drawer")) {
  const box = document.getElementById(button.dataset.box);
  box.addEventListener("change", () => button.setAttribute("aria-expanded", String(box.checked)));
  button.addEventListener("click", () => box.click());
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const box of document.querySelectorAll(".sidebar-toggle:checked")) box.click();
});

/* One switch for the code of the whole page; without scripts each part opens by itself. */
const codes = document.querySelectorAll("details.code");
const bar = document.querySelector(".top-bar");
if (codes.length && bar) {
  const button = document.createElement("button");
  button.className = "show-code";
  button.textContent = codes[0].querySelector("summary").textContent;
  const show = (on) => {
    button.setAttribute("aria-pressed", String(on));
    document.body.classList.toggle("without-code", !on);
    for (const code of codes) code.open = on;
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-pressed") !== "true"));
  show(false);
  bar.append(button);
}
