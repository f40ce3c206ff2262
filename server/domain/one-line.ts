/** What people have typed, on one line that nothing in it can break or turn around. */

export const oneLine = (text: string): string =>
  text.replace(/[\s\p{Cc}\p{Bidi_Control}]+/gu, " ").trim();
