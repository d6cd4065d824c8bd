"use client";

/** Who is signed in. Everything inside may take for granted that somebody is. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { api, type Schemas, take } from "./client";
import { isSignedOut } from "./errors";

export type Session = Schemas["CurrentSession"];
export type Scope =
  | "links:read"
  | "links:write"
  | "analytics:read"
  | "sites:read"
  | "sites:write"
  | "campaigns:read"
  | "campaigns:write"
  | "admin";

const SessionContext = createContext<Session | null>(null);

export const SESSION_KEY = ["session"] as const;

export const readSession = () => take(api.GET("/v1/auth/session"));

/** Where they were before they left for an identity provider; read once. Only an address of ours is believed. */
function takePlaceBefore(): string | null {
  const next = sessionStorage.getItem("vayro.next");
  sessionStorage.removeItem("vayro.next");
  return next && next !== "/" && /^\/[^/\\]/.test(next) ? next : null;
}

/** The address that signs people in and then leads them back to where they are. */
export function signInAddress(): string {
  const { pathname, search, hash } = window.location;
  return `/sign-in?next=${encodeURIComponent(pathname + search + hash)}`;
}

export function SessionProvider({
  children,
  waiting,
  failed,
}: {
  children: ReactNode;
  waiting: ReactNode;
  failed: (error: Error, retry: () => void) => ReactNode;
}) {
  const { data, error, refetch } = useQuery({ queryKey: SESSION_KEY, queryFn: readSession, staleTime: 60_000 });
  const router = useRouter();
  const mustSignIn = !data && isSignedOut(error);
  const isSignedIn = Boolean(data);
  useEffect(() => {
    const next = isSignedIn && takePlaceBefore();
    if (next) router.replace(next);
  }, [isSignedIn, router]);
  useEffect(() => {
    if (mustSignIn) window.location.replace(signInAddress());
  }, [mustSignIn]);
  if (data) return <SessionContext value={data}>{children}</SessionContext>;
  if (error && !mustSignIn) return failed(error, () => void refetch());
  return waiting;
}

/** Return who is signed in. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession is called outside of SessionProvider");
  return session;
}

/** Return whether the person may do what needs `scope` in this workspace. */
export function useMay(scope: Scope): boolean {
  const { scopes } = useSession();
  return scopes.includes(scope);
}

/** Return the workspace in which the person is at work. */
export function useWorkspace(): Session["workspaces"][number] | undefined {
  const { workspaces, workspace_id } = useSession();
  return workspaces.find(({ id }) => id === workspace_id);
}

/** Return what ends the session and goes to the sign-in page. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await take(api.POST("/v1/auth/sign-out"));
    client.clear();
    window.location.assign("/sign-in");
  };
}
