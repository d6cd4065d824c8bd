/** Under which names the answers of the API are kept. */
export const SESSIONS_KEY = ["settings", "sessions"] as const;
export const FACTOR_KEY = ["settings", "second-factor"] as const;
export const KEYS_KEY = ["settings", "keys"] as const;
export const MEMBERS_KEY = ["settings", "members"] as const;
export const INVITATIONS_KEY = ["settings", "invitations"] as const;
export const WORKSPACE_KEY = ["settings", "workspace"] as const;
export const METHODS_KEY = ["settings", "methods"] as const;
export const AUDIT_KEY = ["settings", "audit"] as const;
