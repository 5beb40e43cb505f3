// Text for a terminal, which obeys escape sequences and turns its direction where a text says so: names come from files.

/** Without control and formatting characters, line breaks among them. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '');
}

/** The same for a text of several lines. */
export function printableLines(text: string): string {
  return text.replace(/[^\n\P{Cc}]|\p{Cf}/gu, '');
}
