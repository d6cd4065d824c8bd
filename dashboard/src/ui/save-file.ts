/** What the browser saves as a file, to where it keeps downloads. */

/** Have the browser save what is here already. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  followDownload(address, name);
  // The download has its own hold on the data by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Have the browser save a text. */
export const saveText = (name: string, text: string): void =>
  saveFile(name, new Blob([text], { type: "text/plain;charset=utf-8" }));

/** Have the browser save what an address answers; the session's cookie goes along. */
export function followDownload(address: string, name = ""): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
