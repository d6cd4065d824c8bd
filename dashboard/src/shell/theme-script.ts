/** Where the choice is kept, and what applies it before anything is drawn. */
export const THEME_KEY = "vayro.theme";
export const DARK = "(prefers-color-scheme: dark)";

/** Runs in the head of each page, before anything is drawn; the policy of the page names its hash. */
export const SET_THEME_EARLY = `(()=>{let t="system";try{t=localStorage.getItem("${THEME_KEY}")||t}catch{}if(t==="system")t=matchMedia("${DARK}").matches?"dark":"light";document.documentElement.dataset.theme=t})()`;
