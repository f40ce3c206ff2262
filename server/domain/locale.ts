/** Languages as they are asked for, perhaps with a region: `pt-BR`, `en`. */

export const isLocale = (text: string): boolean => {
  try {
    return Intl.NumberFormat.supportedLocalesOf(text).length > 0;
  } catch {
    return false;
  }
};
