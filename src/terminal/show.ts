/** Controls, marks that turn the direction or cannot be seen, separators of lines, what is no character, private ones. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;

/** A name that strangers wrote, for people: what a terminal would obey, or nobody could see, is escaped as in JSON. */
export function showText(text: string): string {
  return text.replace(OBEYED, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
