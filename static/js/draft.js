// Keeps what is written into a form as a draft, without being asked to. Without this script, and
// for evidence and its files, the buttons of the form do the same.
"use strict";

const WAIT = 3000; // milliseconds without a key
const form = document.querySelector("form[data-keeps-itself]");

if (form) {
    const told = form.querySelector("[data-kept]");
    let timer, saving, isChanged = false;

    // What is asked for beside the update itself is stored once, when its author presses a button.
    const sent = () => {
        const data = new FormData(form);
        for (const name of [...data.keys()])
            if (name === "remove" || name.startsWith("evidence-")) data.delete(name);
        data.set("act", "draft");
        return data;
    };

    // The page that follows on storing has the keys that the next sending needs.
    const takeKeys = (text) => {
        const page = new DOMParser().parseFromString(text, "text/html");
        const next = page.querySelector("form[data-keeps-itself]");
        for (const key of next.querySelectorAll("input[type=hidden]")) {
            const own = form.querySelector(`input[type=hidden][name="${key.name}"]`);
            if (own) own.value = key.value;
        }
    };

    const store = async () => {
        isChanged = false;
        let isKept = false;
        try {
            const answer = await fetch(location.href, { method: "POST", body: sent() });
            isKept = answer.ok && answer.redirected;
            if (isKept) takeKeys(await answer.text());
        } catch {
            isKept = false; // no network: the next change tries again
        }
        told.textContent = isKept ? told.dataset.kept : told.dataset.notKept;
    };

    const keep = () => {
        clearTimeout(timer);
        if (isChanged && !saving)
            saving = store().finally(() => {
                saving = undefined;
                if (isChanged) timer = setTimeout(keep, WAIT);
            });
    };

    form.addEventListener("input", (event) => {
        if (event.target.name === "remove" || event.target.name.startsWith("evidence-")) return;
        isChanged = true;
        clearTimeout(timer);
        timer = setTimeout(keep, WAIT);
    });
    document.addEventListener("visibilitychange", () => document.hidden && keep());

    // A button waits until the keys of the form are the newest.
    form.addEventListener("submit", async (event) => {
        clearTimeout(timer);
        isChanged = false;
        if (!saving) return;
        event.preventDefault();
        await saving;
        form.requestSubmit(event.submitter);
    });
}
