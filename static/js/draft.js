// Keeps what is written into a form as a draft, without being asked to. Without this script, and
// for evidence and its files, the buttons of the form do the same.
"use strict";

const WAIT = 3000; // milliseconds without a key
const form = document.querySelector("form[data-keeps-itself]");

// What is asked for beside the update itself is stored once, when its author presses a button.
const isOwn = (name) => name !== "remove" && !name.startsWith("evidence-");

// What a form says, its keys apart; as the portal stores it, with no blanks at the ends.
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

    // The page that follows on storing has the keys that the next sending needs. Where it says
    // something else, somebody stored in between, and the old keys let the portal notice.
    const takeKeys = (text, words) => {
        const next = new DOMParser().parseFromString(text, "text/html")
            .querySelector("form[data-keeps-itself]");
        if (!next) return false;
        const stored = wordsOf(next);
        for (const [name, value] of Object.entries(words))
            // A day that is left out becomes today, and what may stay is asked anew.
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
            // A page that is being left goes on sending.
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
            // No network: it is tried again when there is one, or with the next key.
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

    // A button waits until the keys of the form are the newest; once nothing can be stored any
    // more, the first press says so, since the page that follows would not have the words.
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
