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
