/** Which of the tariffs that were chosen for a point counts when. */

interface Chosen {
  tariffId: string;
  from: number;
}

/** Where none counts yet, the first that is to come. */
export const tariffIdAt = ({ tariffs = [] }: { tariffs?: Chosen[] }, at: number) =>
  (tariffs.findLast(({ from }) => from <= at) ?? tariffs.at(0))?.tariffId;
