/** Have the browser save text, or what is in parts, as a file. */
export function saveText(name: string, text: string | Blob, type = "text/plain;charset=utf-8"): void {
  const address = URL.createObjectURL(text instanceof Blob ? text : new Blob([text], { type }));
  followDownload(address, name);
  // The download has its own hold on the data by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Have the browser save what an address answers; the session's cookie goes along. */
export function followDownload(address: string, name = ""): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
