/** Where a point hangs in the grid: the utility's code of a street, a transformer or a feeder. */

export const REGION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;

export const REGION_FORM =
  "must have up to 40 letters, digits or any of . _ -, and begin with a letter or a digit";
