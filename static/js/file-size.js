// Says that a file is too large before it is sent. Without this script, the portal says so after.
"use strict";

for (const input of document.querySelectorAll("input[type=file][data-max-bytes]")) {
    const told = document.createElement("div");
    told.className = "error";
    told.setAttribute("role", "alert");
    told.hidden = true;
    input.before(told);
    input.addEventListener("change", () => {
        const limit = Number(input.dataset.maxBytes);
        const isTooLarge = [...input.files].some((file) => file.size > limit);
        told.hidden = !isTooLarge;
        told.textContent = isTooLarge ? input.dataset.tooLarge : "";
        if (isTooLarge) input.value = "";
    });
}
