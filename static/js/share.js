// Copies a text, and opens the share sheet of the device. Without this script, the text can be
// selected, and the address is shown.
"use strict";

if (navigator.clipboard)
    for (const pressed of document.querySelectorAll("[data-copies]")) {
        const source = document.getElementById(pressed.dataset.copies);
        const told = document.querySelector(`output[for="${source.id}"]`);
        pressed.hidden = false;
        pressed.addEventListener("click", async () => {
            const text = source.textContent.replace(/\s+/g, " ").trim();
            await navigator.clipboard.writeText(text);
            told.textContent = told.dataset.copied;
        });
    }

for (const pressed of document.querySelectorAll("[data-shares]"))
    pressed.addEventListener("click", async (event) => {
        if (!navigator.share) return;
        event.preventDefault();
        const { shares: text, address: url } = pressed.dataset;
        try {
            await navigator.share({ text, url });
        } catch (error) {
            // Closing the sheet is no error. After any other, the address is shown.
            if (error.name !== "AbortError") pressed.parentElement.open = true;
        }
    });
