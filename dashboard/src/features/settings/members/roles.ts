export type Role = "owner" | "admin" | "member" | "viewer";

/** What each role is for, from the one that may do most. */
export const ROLES: readonly { role: Role; label: string; may: string }[] = [
  { role: "owner", label: "Owner", may: "all, and makes other owners" },
  { role: "admin", label: "Admin", may: "all, members, keys, domains and billing too" },
  { role: "member", label: "Member", may: "makes and changes links, and reads their clicks" },
  { role: "viewer", label: "Viewer", may: "looks at links and clicks" },
];

/** Return the roles that somebody of `role` may give. */
export const rolesToGive = (role: string | undefined) =>
  role === "owner" ? ROLES : ROLES.filter((one) => one.role !== "owner");
