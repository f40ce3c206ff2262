/** Lines of plain text that fit where mail is read. */

const LINE_LENGTH = 78;

/** Broken at plain spaces; a word that is too long for a line is cut. */
export function wrapped(text: string, first = "", others = first): string[] {
  const room = LINE_LENGTH - Math.max(first.length, others.length);
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of text.split(" ").flatMap((word) => cut(word, room))) {
    const longer: string = line === undefined ? word : `${line} ${word}`;
    if (line === undefined || lengthOf(longer) <= room) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line ?? ""].map((line, i) => `${i === 0 ? first : others}${line}`);
}

const lengthOf = (text: string): number => [...text].length;

const cut = (word: string, room: number): string[] =>
  lengthOf(word) <= room ? [word] : word.match(new RegExp(`.{1,${room}}`, "gsu"))!;
