"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/api/client";
import { useToast } from "@/ui/toast";

/** Return what goes on in another workspace. Everything is loaded anew: what is on the page speaks of the old one. */
export function useEnter() {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (workspace_id: string) => take(api.POST("/v1/auth/workspace", { body: { workspace_id } })),
    onSuccess: () => {
      client.clear();
      window.location.assign("/");
    },
    onError: (error) => toast.failed(error),
  });
}
