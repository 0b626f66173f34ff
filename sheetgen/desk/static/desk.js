// 画面の手伝い。なくても、どの仕事もできる。
"use strict";
(() => {
  const $ = (selector) => document.querySelector(selector);

  // 進み具合。
  const job = $("#job");
  if (job && window.EventSource) {
    const source = new EventSource(job.dataset.events);
    source.onmessage = (event) => {
      const now = JSON.parse(event.data);
      if (now.finished) { source.close(); location.reload(); return; }
      const bar = $("#progress");
      if (now.total) { bar.max = now.total; bar.value = now.done; }
      $("#progress-words").textContent = now.total ? `${now.total}のうち ${now.done} まで済みました` : "始めています";
      $("#progress-name").textContent = now.name;
    };
    source.onerror = () => { source.close(); setTimeout(() => location.reload(), 2000); };
  } else if (job) {
    setTimeout(() => location.reload(), 1500);
  }

  // 開いている間は、動いていることを知らせる。知らせが絶えれば、画面はひとりでに終わる。
  if (location.protocol === "http:") {
    setInterval(() => { fetch("/alive").catch(() => {}); }, 60000);
  }

  // 落としたファイルを、選んだことにする。
  for (const zone of document.querySelectorAll(".drop")) {
    const input = zone.querySelector("input[type=file]");
    const told = zone.querySelector(".chosen");
    const tell = () => {
      const files = [...input.files];
      told.textContent = files.length ? `${files.length}個: ${files.slice(0, 5).map((one) => one.name).join("、")}${files.length > 5 ? " ほか" : ""}` : "";
    };
    input.addEventListener("change", tell);
    zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", async (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
      const found = new DataTransfer();
      if (entries.some((entry) => entry && entry.isDirectory)) {
        for (const entry of entries) if (entry) await gather(entry, found);
      } else {
        for (const file of event.dataTransfer.files) found.items.add(file);
      }
      input.files = found.files;
      tell();
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  async function gather(entry, found) {
    if (entry.isFile) {
      found.items.add(await new Promise((resolve, reject) => entry.file(resolve, reject)));
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const one of some) await gather(one, found);
    }
  }

  // すべて選ぶ、すべて外す。
  for (const button of document.querySelectorAll("button[data-all]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      for (const box of button.closest("fieldset").querySelectorAll("input[type=checkbox]")) box.checked = button.dataset.all === "on";
    });
  }

  // 文を写し取る。
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy).textContent;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const area = document.createElement("textarea");
        area.value = text; document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
      }
      const before = button.textContent;
      button.textContent = "写しました";
      setTimeout(() => { button.textContent = before; }, 2000);
    });
  }

  // 二度押しで、同じことを二度しない。
  for (const form of document.querySelectorAll("form[method=post]:not(.inline)")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      setTimeout(() => { delete form.dataset.sent; }, 8000);
    });
  }
})();
