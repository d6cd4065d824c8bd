/** Languages that a text can be written for; a business with another one gets English, or the first there is. */
import { language } from "@/ui/numbers";

const names = new Intl.DisplayNames(language, { type: "language" });

export const LANGUAGES: readonly string[] =
  "en de es fr it nl pt ar bg ca cs da el et fi ga he hi hr hu id ja ko lt lv ms nb pl ro ru sk sl sr sv th tr uk vi zh".split(
    " ",
  );

export const languageName = (code: string): string => names.of(code) ?? code;
