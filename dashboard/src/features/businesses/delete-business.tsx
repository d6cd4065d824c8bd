"use client";

import { Confirm } from "@/ui/confirm";
import { useToast } from "@/ui/toast";
import type { Business } from "./business";
import { useDeleteBusiness } from "./changes";

/** Asks before a business goes. One with a site stays until that is gone: the API says so. */
export default function DeleteBusiness({ business, onClose }: { business: Business; onClose: () => void }) {
  const { mutate, isPending } = useDeleteBusiness();
  const toast = useToast();
  const remove = () =>
    mutate(business.id, {
      onSuccess: () => toast.done(`${business.name} is deleted`),
      onError: (error) => toast.failed(error),
      onSettled: onClose,
    });
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`Delete ${business.name}?`}
      label="Delete the business"
      isBusy={isPending}
      onConfirm={remove}
    >
      What is known of it is gone for good. A business that has a site or was written to cannot be deleted.
    </Confirm>
  );
}
