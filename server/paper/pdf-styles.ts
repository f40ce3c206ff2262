/** Colours and texts of a PDF page. */

export const INK = "#10182b";
export const INK_2 = "#454f65";
export const LINE = "#d8dee8";
export const LINE_STRONG = "#7b859a";

export const SMALL = { size: 7.6, colour: INK_2 };
export const BODY = { size: 8.4, colour: INK_2 };
export const HEADING = { size: 8.4, strong: true };
export const NAME = { size: 11, strong: true };
