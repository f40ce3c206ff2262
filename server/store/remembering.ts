/** Asks nothing twice: for as long as it is kept, the same question has the same answer. */
export function remembering<Asked extends unknown[], Answer>(
  ask: (...asked: Asked) => Answer,
): (...asked: Asked) => Answer {
  const known = new Map<string, Answer>();
  return (...asked) => {
    const question = JSON.stringify(asked);
    if (!known.has(question)) known.set(question, ask(...asked));
    return known.get(question)!;
  };
}
