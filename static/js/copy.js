// Copies the text that a button names. Without this script, the text can be selected.
"use strict";

for (const button of document.querySelectorAll("button[data-copies]")) {
    if (!navigator.clipboard) break;
    const source = document.getElementById(button.dataset.copies);
    button.hidden = false;
    button.addEventListener("click", async () => {
        const text = source.textContent.replace(/\s+/g, " ").trim();
        await navigator.clipboard.writeText(text);
        button.textContent = button.dataset.copied;
    });
}
