/** Return an address as people read it: without its scheme, and without a lonely slash at the end. */
export const withoutScheme = (url: string): string => url.replace(/^https?:\/\//, "").replace(/^([^/]+)\/$/, "$1");
