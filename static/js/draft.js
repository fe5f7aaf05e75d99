// Saves a form as a draft automatically. Without this script, and for evidence and its files, the
// buttons of the form do the same.
"use strict";

const WAIT = 3000; // milliseconds after the last key press
const form = document.querySelector("form[data-keeps-itself]");

// Evidence is not part of the draft. It is saved once, when the author presses a button.
const isOwn = (name) => name !== "remove" && !name.startsWith("evidence-");

// The form's values without its hidden keys, trimmed like the values that the portal stores.
const wordsOf = (from) => {
    const found = {};
    for (const element of from.elements) {
        if (!element.name || element.type === "hidden" || element.type === "submit") continue;
        if (!isOwn(element.name)) continue;
        if (element.type === "checkbox") found[element.name] = String(element.checked);
        else found[element.name] = element.value.replaceAll("\r\n", "\n").trim();
    }
    return found;
};

if (form) {
    const told = form.querySelector("[data-kept]");
    let kept = JSON.stringify(wordsOf(form));
    let timer, saving, isLeaving = false, hasEnded = false;

    const isUnkept = () => JSON.stringify(wordsOf(form)) !== kept;

    // The page after saving has the keys for the next request. If its values differ, someone else
    // saved in between. Then keep the old keys, so that the portal detects the conflict.
    const takeKeys = (text, words) => {
        const next = new DOMParser().parseFromString(text, "text/html")
            .querySelector("form[data-keeps-itself]");
        if (!next) return false;
        const stored = wordsOf(next);
        for (const [name, value] of Object.entries(words))
            // An empty day becomes today, and the contacts must be confirmed again.
            if (value && name !== "contacts_confirmed" && stored[name] !== value) return false;
        for (const key of next.querySelectorAll("input[type=hidden]")) {
            const own = form.querySelector(`input[type=hidden][name="${key.name}"]`);
            if (own) own.value = key.value;
        }
        return true;
    };

    const store = async () => {
        const words = wordsOf(form), data = new FormData(form);
        for (const name of [...data.keys()]) if (!isOwn(name)) data.delete(name);
        data.set("act", "draft");
        let state = "notKept";
        try {
            // The request continues after the page is closed.
            const request = { method: "POST", body: data, keepalive: document.hidden };
            const answer = await fetch(location.href, request);
            hasEnded = [403, 404].includes(answer.status)
                || new URL(answer.url).pathname !== location.pathname;
            if (hasEnded) state = "ended";
            else if (answer.redirected && takeKeys(await answer.text(), words)) {
                kept = JSON.stringify(words);
                state = "kept";
            }
        } catch {
            // No network: try again when it is back, or after the next key press.
        }
        told.textContent = isUnkept() && state === "kept" ? "" : told.dataset[state];
        return state === "kept";
    };

    const keep = () => {
        clearTimeout(timer);
        if (isLeaving || hasEnded || saving || !isUnkept()) return;
        saving = store().then((isKept) => {
            saving = undefined;
            if (isKept && isUnkept()) timer = setTimeout(keep, WAIT);
        });
    };

    form.addEventListener("input", (event) => {
        if (!isOwn(event.target.name) || hasEnded) return;
        told.textContent = "";
        clearTimeout(timer);
        timer = setTimeout(keep, WAIT);
    });
    document.addEventListener("visibilitychange", () => document.hidden && keep());
    addEventListener("online", keep);
    addEventListener("pageshow", () => (isLeaving = false));

    // Submitting waits until the form has the newest keys. If nothing can be saved any longer, stop
    // the first press, because the next page would not have the text.
    form.addEventListener("submit", async (event) => {
        clearTimeout(timer);
        isLeaving = true;
        if (saving) {
            event.preventDefault();
            await saving;
            if (!hasEnded) form.requestSubmit(event.submitter);
        } else if (hasEnded) {
            event.preventDefault();
            hasEnded = false;
        }
    });
}
